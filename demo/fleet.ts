import type { ModelEvent } from '../core/telemetry/events.ts';
import { HOUR, MINUTE } from '../core/telemetry/families.ts';
import { FLEET } from './deployments.ts';
import { type Fleet, inferencesOf } from './inferences.ts';
import { sideEventsOf } from './sideEvents.ts';

/** Makes about 600,000 inferences in three weeks. */
export const REQUESTS_PER_MINUTE = 20;

/** The hour that a demo started at this time is anchored to: its incidents lie before it. */
export const anchorOf = (nowMs: number): number => Math.floor(nowMs / HOUR) * HOUR;

/** From `fromMs` (included) to `toMs` (not included), epoch milliseconds. */
export interface TimeRange {
  fromMs: number;
  toMs: number;
}

/** What a lazy walk over a range by minutes yields, each event once, whatever the range is split into. */
const within = function* <T extends { timestamp: number }>(
  { fromMs, toMs }: TimeRange,
  ofMinute: (minuteMs: number) => T[],
) {
  for (let minuteMs = Math.floor(fromMs / MINUTE) * MINUTE; minuteMs < toMs; minuteMs += MINUTE)
    for (const event of ofMinute(minuteMs)) if (event.timestamp >= fromMs && event.timestamp < toMs) yield event;
};

/** The inferences of the deployments that report in this way, minute by minute. */
export const inferences = (fleet: Fleet, range: TimeRange, sends: 'events' | 'spans') => {
  const senders = FLEET.filter((deployment) => deployment.sends === sends);
  return within(range, (minuteMs) => senders.flatMap((deployment) => inferencesOf(fleet, deployment, minuteMs)));
};

/** Outcomes, releases, training, activity and security of a range, minute by minute. */
export const sideEvents = (fleet: Fleet, range: TimeRange) =>
  within(range, (minuteMs) => sideEventsOf(fleet, minuteMs));

/**
 * Every event of the simulated fleet in a range, minute by minute, however it would be reported: what has to be found in
 * the product afterwards. The same seed, anchor and rate give the same events, however the range is split. Agent spans
 * and metrics are not in it: they report the same calls a second time.
 *
 * @param anchorMs the hour that incidents are placed against; the last full hour of `toMs` when absent
 */
export const fleetEvents = function* ({
  seed,
  anchorMs,
  requestsPerMinute = REQUESTS_PER_MINUTE,
  ...range
}: TimeRange & { seed: number; anchorMs?: number; requestsPerMinute?: number }): Generator<ModelEvent> {
  const fleet = { seed, anchorMs: anchorMs ?? anchorOf(range.toMs), requestsPerMinute };
  yield* within<ModelEvent>(range, (minuteMs) => [
    ...FLEET.flatMap((deployment) => inferencesOf(fleet, deployment, minuteMs)),
    ...sideEventsOf(fleet, minuteMs),
  ]);
};
