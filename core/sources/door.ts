import { emptyContent } from '../telemetry/batch.ts';
import type { Decoded, DoorOptions } from '../telemetry/decoded.ts';
import { readEvent } from '../telemetry/door/readEvent.ts';
import type { EventInput } from '../telemetry/events.ts';

/**
 * Events that a source made, past the door that every event goes through: checked, dated, without content, clients under their
 * pseudonyms where those are asked for. What is wrong with one rejects that one.
 */
export const eventsThroughDoor = (items: readonly EventInput[], options: DoorOptions): Decoded => {
  const decoded: Decoded = { content: emptyContent(), accepted: 0, rejected: [], noted: [] };
  for (const [index, item] of items.entries()) {
    const event = readEvent(item, options, { isAsSent: false, unknown: undefined });
    if (Array.isArray(event)) {
      decoded.rejected.push(...event.map((fault) => ({ index, ...fault })));
      continue;
    }
    decoded.content.events.push(event);
    decoded.accepted++;
  }
  return decoded;
};
