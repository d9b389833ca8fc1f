import type { EventInput, ModelEvent } from '../events.ts';
import { recordTokenShape } from '../genai/tokenShape.ts';
import { toEpochMs } from './timestamp.ts';

/**
 * Events of a body that `readEvents` called `isAsSent`, parsed once more: exactly the events that it read then, without
 * the checking. The values given are changed.
 */
export const asEvents = (items: readonly EventInput[]): ModelEvent[] => {
  for (const event of items) {
    if (event.timestamp !== undefined) event.timestamp = toEpochMs(event.timestamp);
    if (event.kind === 'inference') {
      event.source ??= 'event';
      recordTokenShape(event);
    }
  }
  return items as ModelEvent[];
};
