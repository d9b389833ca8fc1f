import { AppError, type Problem } from '../errors.ts';
import type { BatchContent } from './batch.ts';

/** How the door treats what comes in. */
export interface DoorOptions {
  /** Time of arrival, epoch milliseconds. */
  nowMs: number;
  /** Oldest age taken, milliseconds: 35 days as a rule, Infinity for imports. */
  maxAgeMs: number;
  /** How far ahead of `nowMs` a time may be, milliseconds: 10 minutes as a rule. */
  maxAheadMs: number;
  /** Keep prompts, completions and the like; otherwise they are dropped. */
  keepContent: boolean;
  /** Turns the name of a client (end user) into a pseudonym, wherever it stands. */
  hashClient?: (client: string) => string;
  /** Labels of remote write that tell members of a high-availability pair apart. */
  replicaLabels?: readonly string[];
  /** The teams that the sender is bound to: an item of another one is refused. @default [], bound to none */
  teams?: readonly string[];
}

/** What a decoder made of one body. */
export interface Decoded {
  content: BatchContent;
  /** Data points, spans, log records or samples that were kept, as the sender counts them. */
  accepted: number;
  /**
   * What was not kept and why, with paths such as `resourceMetrics[0].scopeMetrics[1].metrics[2]`. Several problems in a
   * row with the same `index` are of one item.
   */
  rejected: Problem[];
  /** What was kept although something about it was wrong and left out, or looks like a mistake. */
  noted: Problem[];
}

/** How many items were not kept. */
export const countItems = (rejected: readonly Problem[]): number =>
  rejected.filter(({ index }, i) => index === undefined || index !== rejected[i - 1]?.index).length;

/** Limit of an inflated body, bytes. */
export const MAX_INFLATED_BYTES = 32 * 1024 * 1024;

/** A part of a message that cannot be used; caught where its item can be left out, and never leaves the decoders. */
export class Unusable extends Error {
  readonly path: string;
  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/** `resource` and `scopeMetrics[0]` as `resource.scopeMetrics[0]`. */
export const joinPath = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join('.');

/** Faults that are told one by one; a request with more is refused whole, since telling them costs more than its sender paid. */
export const MAX_PROBLEMS = 10_000;

/** Runs `work`; when it meets something unusable, that is added to `problems` and the answer is false. */
export const attempt = (problems: Problem[], work: () => void): boolean => {
  try {
    work();
    return true;
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    problems.push({ path: error.path, message: error.message });
    if (problems.length > MAX_PROBLEMS)
      throw new AppError('invalidInput', `More than ${MAX_PROBLEMS} faults, the last ${error.path}: ${error.message}`, {
        problems: problems.slice(0, 20),
      });
    return false;
  }
};

/** Runs `work`; when it meets something unusable, the whole input is: AppError `invalidInput`. */
export const attemptAll = <T>(work: () => T): T => {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    const where = error.path === '' ? '' : `${error.path}: `;
    throw new AppError('invalidInput', where + error.message, {
      problems: [{ path: error.path, message: error.message }],
    });
  }
};

/** The last millisecond that ISO 8601 writes with a year of four digits. */
const LATEST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Times that the door takes, epoch milliseconds, both ends included: never outside of 1970-01-01 to 9999-12-31. */
export const timeRange = ({ nowMs, maxAgeMs, maxAheadMs }: DoorOptions): { earliestMs: number; latestMs: number } => ({
  earliestMs: Math.max(0, nowMs - maxAgeMs),
  latestMs: Math.min(LATEST_MS, nowMs + maxAheadMs),
});

/** A time in epoch milliseconds, if the door takes it; throws Unusable with `path` otherwise. */
export const checkedTime = (timestampMs: number, path: string, options: DoorOptions): number => {
  const { earliestMs, latestMs } = timeRange(options);
  if (timestampMs >= earliestMs && timestampMs <= latestMs) return timestampMs;
  const isOld = timestampMs < earliestMs;
  if (isOld && earliestMs === 0) throw new Unusable(path, 'is before 1970-01-01');
  if (isOld) throw new Unusable(path, `is more than ${Math.round(options.maxAgeMs / 86_400_000)} days old`);
  if (latestMs === LATEST_MS) throw new Unusable(path, 'is after 9999-12-31');
  throw new Unusable(path, `is more than ${Math.round(options.maxAheadMs / 60_000)} minutes ahead of now`);
};
