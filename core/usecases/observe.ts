import type { BatchLog, DeploymentStore, Principal } from '../ports.ts';
import { versionAt } from '../registry/attributes.ts';
import { eventsThroughDoor } from '../sources/door.ts';
import type { Envelope } from '../sources/eventBridge/observer.ts';
import { observationOf } from '../sources/eventBridge/table.ts';
import type { DoorOptions } from '../telemetry/decoded.ts';
import type { EventInput } from '../telemetry/events.ts';
import { ingest } from './ingest.ts';

interface Ports {
  log: Pick<BatchLog, 'append'>;
  deployments: Pick<DeploymentStore, 'get'>;
  /** The same hexadecimal text for the same text, another for any other. */
  hash: (text: string) => string;
}

export type Observed = { kind: 'kept' } | { kind: 'duplicate' } | { kind: 'ignored'; reason: string };

const OBSERVER: Principal = { id: 'source:eventbridge', roles: ['writer'], teams: [] };

/**
 * Takes in what a service announced: as an event of training or deployment, once however often it is delivered and however many
 * announcements the service makes of one change.
 *
 * @throws ZodError when the announcement has another shape than its service documents; AppError invalidInput when the door refuses
 *   the event (too old, say), storageFull and storageFailed from the log
 */
export const observe =
  ({ log, deployments, hash }: Ports) =>
  async (announced: Envelope, door: DoorOptions): Promise<Observed> => {
    const observation = observationOf(announced);
    if (observation.kind === 'ignored') return observation;
    const event = await scaledOrReleased(observation.event, deployments, door.nowMs);
    const id = hash(JSON.stringify(['eventbridge', ...observation.key]));
    const decoded = eventsThroughDoor([event], door);
    const { duplicate } = await ingest({ log })(OBSERVER, { decoded, receivedAt: door.nowMs, id, fingerprint: id });
    return { kind: duplicate ? 'duplicate' : 'kept' };
  };

/** A release of the version that ran already is no release: the endpoint was scaled, or its host replaced. */
const scaledOrReleased = async (
  event: EventInput,
  deployments: Pick<DeploymentStore, 'get'>,
  nowMs: number,
): Promise<EventInput> => {
  if (event.kind !== 'deployment' || event.action !== 'released' || event.provider !== 'aws.sagemaker') return event;
  const known = await deployments.get(event.deployment);
  // What was told of a deployment may call its version by another name, so only what was seen counts.
  const runs = known && versionAt(known, 'telemetry', nowMs)?.modelVersion;
  return runs !== undefined && runs === event.modelVersion ? { ...event, action: 'scaled' } : event;
};
