import * as z from 'zod';
import type { EventInput } from '../../telemetry/events.ts';

/** A moment as services write it: ISO 8601, or epoch milliseconds as a number or in digits. Epoch ms; NaN of anything else. */
export const momentMs = (value: string | number | undefined): number =>
  typeof value === 'number' ? value : /^\d+$/.test(value ?? '') ? Number(value) : Date.parse(value ?? '');

export const Moment = z.union([z.string(), z.number()]);

/** What every event of EventBridge has around its detail. */
export const Envelope = z.object({
  id: z.string().min(1),
  source: z.string(),
  'detail-type': z.string(),
  account: z.string(),
  region: z.string(),
  time: Moment,
  detail: z.unknown(),
});
export type Envelope = z.infer<typeof Envelope>;

/**
 * What an announcement comes to. Services announce one change several times, as events with different ids: `key` is the same for
 * all of them.
 */
export type Observation =
  | { kind: 'event'; event: EventInput; key: readonly (string | number)[] }
  /** Known and of no interest, in words. */
  | { kind: 'ignored'; reason: string };

/** Reads the announcements of one kind. */
export interface Observer {
  source: string;
  detailType: string;
  /** Throws a ZodError on a detail of another shape. */
  observe(envelope: Envelope): Observation;
}

/** An observer around the schema of a detail and what it means. */
export const observer = <T>(of: {
  source: string;
  detailType: string;
  detail: z.ZodType<T>;
  means: (detail: T, envelope: Envelope) => Observation;
}): Observer => ({
  source: of.source,
  detailType: of.detailType,
  observe: (envelope) => of.means(of.detail.parse(envelope.detail), envelope),
});

/** Which announcement it was, and when. */
export const announced = ({ id, time }: Envelope) => ({ id, timestamp: momentMs(time) });

/** The same of what runs in the account and region that announced it. */
export const ranIn = (envelope: Envelope, provider: string) => ({
  ...announced(envelope),
  provider,
  account: envelope.account,
  region: envelope.region,
});

export const ignored = (reason: string): Observation => ({ kind: 'ignored', reason });

/** Without fields that are undefined, empty texts among them. */
export const given = <T extends Record<string, unknown>>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== '')) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };

/** Milliseconds from one moment to a later one; undefined where either is unknown. */
export const elapsedMs = (from: string | number | undefined, to: string | number | undefined): number | undefined => {
  const ms = momentMs(to) - momentMs(from);
  return ms >= 0 ? ms : undefined;
};

/** A reason or message, short enough for an attribute. */
export const inShort = (text: string | undefined): string | undefined => text?.slice(0, 1_000);
