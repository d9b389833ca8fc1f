import { DAY, HOUR } from '../core/telemetry/families.ts';
import { httpClient } from './client.ts';
import { anchorOf, REQUESTS_PER_MINUTE } from './fleet.ts';
import { fleetSender } from './send.ts';

export const HISTORY_DAYS = 21;

/**
 * Sends the fleet's past: whole hours, and what is left at the ends. Sent again with the same seed, anchor and times it
 * changes nothing, so that one that was interrupted is simply run again.
 *
 * @param nowMs where history ends (not included), epoch milliseconds
 * @param fromMs where it begins; `days` before the anchor when absent
 * @param anchorMs the hour that incidents are placed against; the last full hour when absent
 * @param onProgress hears how many hours of how many are accepted, and up to when all is
 */
export const backfill = async ({
  baseUrl,
  token,
  nowMs,
  anchorMs = anchorOf(nowMs),
  days = HISTORY_DAYS,
  fromMs = anchorMs - days * DAY,
  seed,
  requestsPerMinute = REQUESTS_PER_MINUTE,
  onProgress = () => {},
  signal,
}: {
  baseUrl: string;
  token?: string | undefined;
  nowMs: number;
  anchorMs?: number;
  days?: number;
  fromMs?: number;
  seed: number;
  requestsPerMinute?: number;
  onProgress?: (doneHours: number, totalHours: number, untilMs: number) => Promise<void> | void;
  signal?: AbortSignal;
}): Promise<void> => {
  const client = httpClient({ baseUrl, ...(token && { token }), ...(signal && { signal }) });
  const send = fleetSender({ seed, anchorMs, requestsPerMinute }, client);
  const totalHours = Math.ceil((nowMs - fromMs) / HOUR);
  await send({ fromMs, toMs: nowMs }, (untilMs) =>
    onProgress(Math.ceil((untilMs - fromMs) / HOUR), totalHours, untilMs),
  );
};
