import type { RollupStore } from '../ports.ts';
import { DAY, expiryFamily, HOUR, MINUTE, partitionSpan, stepsOf } from '../telemetry/families.ts';
import type { Grid } from './time.ts';

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

/** The coarsest kept step that a grid's buckets can be made of. */
export const coarsestUsable = ({ starts, stepS, toMs }: Grid): number => {
  if (stepS === 0) return DAY; // one bucket: what lies partly in it is read finer
  const isMadeOf = (stepMs: number) => toMs % stepMs === 0 && starts.every((start) => start % stepMs === 0);
  return [DAY, HOUR].find(isMadeOf) ?? MINUTE;
};
