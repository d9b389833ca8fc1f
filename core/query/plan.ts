import type { RollupStore } from '../ports.ts';
import { DAY, expiryFamily, HOUR, partitionSpan, stepsOf } from '../telemetry/families.ts';

/** A stretch of time to be read at one step. */
export interface Segment {
  stepMs: number;
  fromMs: number;
  toMs: number;
}

/**
 * Which step to read each part of a range at: the coarsest that is no coarser than `maxStepMs`, lies wholly in the
 * range, and knows everything (where loose blocks wait for compaction, the finer step knows more); where the finer step
 * was dropped already, the coarser one.
 *
 * @param range epoch ms, the end not included, aligned to the family's finest step
 */
export const planSegments = async (
  rollups: RollupStore,
  family: { name: string; baseStepMs: number },
  range: { fromMs: number; toMs: number; maxStepMs: number },
): Promise<Segment[]> => {
  const steps = stepsOf(family);
  // Samples of all metrics wait for compaction together, and expire together.
  const expiring = expiryFamily(family.name);
  const loose = (await rollups.loosePartitions()).filter(
    ({ family: name }) => name === family.name || name === expiring,
  );
  const expired = await Promise.all(steps.map((stepMs) => rollups.expiredBefore({ family: expiring, stepMs })));
  const isStale = (stepMs: number, fromMs: number) =>
    loose.some(
      (part) =>
        part.stepMs < stepMs && part.startMs < fromMs + stepMs && part.startMs + partitionSpan(part.stepMs) > fromMs,
    );

  const segments: Segment[] = [];
  const add = (stepMs: number, fromMs: number, toMs: number) => {
    const before = segments.at(-1);
    if (before && before.stepMs === stepMs && before.toMs === fromMs) before.toMs = toMs;
    else segments.push({ stepMs, fromMs, toMs });
  };
  /** Reads [fromMs, toMs) by the i-th step, or what of it that step is not right for by the next finer one. */
  const cover = (i: number, fromMs: number, toMs: number) => {
    const stepMs = steps[i]!;
    if (i === 0) return add(stepMs, fromMs, toMs);
    for (let at = fromMs; at < toMs; ) {
      const start = Math.floor(at / stepMs) * stepMs;
      const end = Math.min(toMs, start + stepMs);
      const isWhole = start === at && end === start + stepMs;
      const isGone = start < expired[i - 1]!;
      if (isGone || (isWhole && stepMs <= range.maxStepMs && !isStale(stepMs, start))) add(stepMs, at, end);
      else cover(i - 1, at, end);
      at = end;
    }
  };
  cover(steps.length - 1, range.fromMs, range.toMs);
  return segments;
};

/** The finest step that the whole range can be answered at, given what was dropped; the family's finest where nothing was. */
export const finestStep = async (
  rollups: RollupStore,
  family: { name: string; baseStepMs: number },
  fromMs: number,
): Promise<number> => {
  for (const stepMs of stepsOf(family)) {
    if (fromMs >= (await rollups.expiredBefore({ family: expiryFamily(family.name), stepMs })))
      return Math.max(stepMs, family.baseStepMs);
  }
  return DAY;
};

/** Steps that a query may ask for must divide a day, so that buckets stand still from day to day. */
export const isClockStep = (stepMs: number): boolean => stepMs >= 60_000 && stepMs <= DAY && DAY % stepMs === 0;

/** The coarsest kept step that buckets of `stepMs` can be made of. `0` is one bucket of everything. */
export const coarsestUsable = (stepMs: number, timeZone: string): number => {
  if (stepMs === 0) return DAY;
  if (timeZone !== 'UTC') return stepMs >= HOUR ? MINUTES_OF_ZONES : stepMs;
  return stepMs % DAY === 0 ? DAY : stepMs % HOUR === 0 ? HOUR : stepMs;
};

/** Zones are ahead of UTC by multiples of a quarter of an hour, so days of a zone cannot be made of whole UTC hours. */
const MINUTES_OF_ZONES = 15 * 60_000;
