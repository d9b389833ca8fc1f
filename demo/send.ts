import { HOUR, MINUTE } from '../core/telemetry/families.ts';
import type { Client } from './client.ts';
import { inferences, sideEvents, type TimeRange } from './fleet.ts';
import { gpuMetrics } from './gpuMetrics.ts';
import type { Fleet } from './inferences.ts';
import { traceRequest } from './spans.ts';
import { vllmReporter } from './vllmMetrics.ts';

/** How often gauges and counters are read: history is kept coarser than what happens now. */
const READ_EVERY = { historyMs: 5 * MINUTE, liveMs: 15_000 };
/** Pieces on the way at once: enough to keep a server busy, few enough to be polite. */
const IN_FLIGHT = 3;

/** Cuts a range at the full hours, so that what was cut once is cut the same again. */
export const piecesOf = ({ fromMs, toMs }: TimeRange): TimeRange[] => {
  const pieces: TimeRange[] = [];
  for (let at = fromMs; at < toMs; ) {
    const end = Math.min(toMs, (Math.floor(at / HOUR) + 1) * HOUR);
    pieces.push({ fromMs: at, toMs: end });
    at = end;
  }
  return pieces;
};

/**
 * Sends what the fleet did in ranges of time, an hour of history in about three requests. The bodies depend on fleet and
 * piece only, and their keys on seed, anchor and piece: sending a piece again changes nothing.
 *
 * @returns a function that sends a range; `onSent` hears, in order of time, up to when all is accepted.
 */
export const fleetSender = (fleet: Fleet, client: Client) => {
  const vllm = vllmReporter(fleet);

  const sendPiece = async (piece: TimeRange): Promise<void> => {
    const key = `demo-${fleet.seed}-${fleet.anchorMs}-${piece.fromMs}-${piece.toMs}`;
    const events = [...inferences(fleet, piece, 'events'), ...sideEvents(fleet, piece)];
    const traces = traceRequest(fleet, piece);
    const times = readTimes(piece);
    const metrics = times.length ? { resourceMetrics: [...gpuMetrics(fleet, times), ...vllm(times)] } : undefined;
    await Promise.all([
      events.length ? client.send({ path: '/v1/events', body: JSON.stringify(events), key }) : undefined,
      traces ? client.send({ path: '/v1/traces', body: JSON.stringify(traces) }) : undefined,
      metrics ? client.send({ path: '/v1/metrics', body: JSON.stringify(metrics) }) : undefined,
    ]);
  };

  return async (range: TimeRange, onSent: (untilMs: number) => Promise<void> | void = () => {}): Promise<void> => {
    const inFlight: { done: Promise<void>; untilMs: number }[] = [];
    const settleOldest = async () => {
      const oldest = inFlight[0]!;
      await oldest.done;
      inFlight.shift();
      await onSent(oldest.untilMs);
    };
    try {
      for (const piece of piecesOf(range)) {
        if (inFlight.length >= IN_FLIGHT) await settleOldest();
        const done = sendPiece(piece);
        done.catch(() => {}); // it is awaited later; until then a failure must not count as unhandled
        inFlight.push({ done, untilMs: piece.toMs });
      }
      while (inFlight.length) await settleOldest();
    } finally {
      // When one failed, the others are waited for and not spoken of: they will be sent again.
      await Promise.allSettled(inFlight.map(({ done }) => done));
    }
  };
};

/** The moments of reading in a piece, aligned to the clock. */
const readTimes = ({ fromMs, toMs }: TimeRange): number[] => {
  const everyMs = toMs - fromMs > MINUTE ? READ_EVERY.historyMs : READ_EVERY.liveMs;
  const times: number[] = [];
  for (let at = Math.ceil(fromMs / everyMs) * everyMs; at < toMs; at += everyMs) times.push(at);
  return times;
};
