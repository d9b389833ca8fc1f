import type { Sample, SampleKind } from '../batch.ts';
import { type DoorOptions, Unusable } from '../decoded.ts';
import { applyWellKnown } from '../wellKnown/mapping.ts';
import { repetitionBudget } from './budget.ts';
import type { Labels } from './labels.ts';

export const MAX_METRIC_NAME = 256;

/**
 * How old the start of a counter may be for its first value to count as an increase since then. The amount lies somewhere
 * between start and now; within an hour that is placed well enough (a process just started), while the total of a counter
 * that has run for weeks would appear as a spike in the minute it first reports here.
 */
const MAX_START_AGE_MS = 3_600_000;

/** One point of a series. `startMs` is when a counter stood at zero, if known. */
export interface Point {
  kind: SampleKind;
  labels: Labels;
  timestampMs: number;
  startMs?: number | undefined;
}

/** Where the samples of one request gather, under the catalogue's names. */
export interface SampleSink {
  samples: Sample[];
  /**
   * Adds a sample. A counter with a recent start also gets a zero at its start: so the first export counts, and a restart
   * shows as a reset. The zero of every later export is the same sample, which counts once.
   * Throws Unusable when the value is not finite, AppError `tooLarge` when the request holds too much.
   */
  add: (metric: string, point: Point, value: number, path: string) => void;
}

export const sampleSink = (options: DoorOptions): SampleSink => {
  const samples: Sample[] = [];
  const oldestMs = options.nowMs - options.maxAgeMs;
  const spend = repetitionBudget();

  const push = (metric: string, { kind, labels }: Point, timestamp: number, value: number) => {
    let chars = metric.length;
    for (const label in labels) chars += label.length + labels[label]!.length;
    spend(chars);
    samples.push(applyWellKnown({ metric, kind, labels, timestamp, value }));
  };

  const add: SampleSink['add'] = (metric, point, value, path) => {
    if (!Number.isFinite(value)) throw new Unusable(path, `expected a finite number, got ${value}`);
    const { kind, timestampMs, startMs } = point;
    const isFresh = startMs !== undefined && startMs < timestampMs && timestampMs - startMs <= MAX_START_AGE_MS;
    if (kind === 'counter' && isFresh && startMs >= oldestMs) push(metric, point, startMs, 0);
    push(metric, point, timestampMs, value);
  };
  return { samples, add };
};
