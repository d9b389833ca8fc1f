import * as z from 'zod';
import { HEARTBEAT } from '../metrics/modelmeter.ts';
import { HOUR } from '../telemetry/families.ts';

/** The API as its callers see it. */
export interface HeartbeatApi {
  /** Sends an OTLP export as JSON; throws unless it was taken. */
  sendMetrics(body: object): Promise<void>;
  /** Answers a query; throws when it is not answered. */
  query(params: Readonly<Record<string, string>>): Promise<unknown>;
}

/** A heart that has not beaten for longer is as silent as one that never did. */
const LOOK_BACK_MS = 2 * HOUR;

const Answer = z.object({
  series: z.array(z.object({ points: z.array(z.tuple([z.number(), z.number().nullable()])) })),
});

/**
 * Sends one point through all of it, the door, the log, the rollups, and looks for the newest that came out at the end.
 *
 * @param nowMs epoch milliseconds
 * @returns the age of that one in seconds, two hours when there is none as young; and why this one could not be sent, if so
 * @throws what the query fails with
 */
export const heartbeat =
  (api: HeartbeatApi) =>
  async (nowMs: number): Promise<{ ageS: number; sendError?: unknown }> => {
    // One that cannot be sent must not keep us from saying how old the last is.
    const failed = await api.sendMetrics(pointAt(nowMs)).then(
      () => undefined,
      (sendError: unknown) => ({ sendError }),
    );
    const answer = await api.query({
      metric: HEARTBEAT,
      stat: 'max',
      step: 'all',
      from: String(nowMs - LOOK_BACK_MS),
      to: String(nowMs + 1),
    });
    const newestS = Answer.parse(answer).series[0]?.points[0]?.[1];
    const ageS = typeof newestS === 'number' ? Math.max(0, nowMs / 1000 - newestS) : LOOK_BACK_MS / 1000;
    return { ageS, ...failed };
  };

const pointAt = (nowMs: number): object => ({
  resourceMetrics: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'modelmeter' } }] },
      scopeMetrics: [
        {
          metrics: [
            {
              name: HEARTBEAT,
              unit: 's',
              gauge: { dataPoints: [{ timeUnixNano: `${nowMs}000000`, asDouble: nowMs / 1000 }] },
            },
          ],
        },
      ],
    },
  ],
});
