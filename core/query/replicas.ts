import { increaseBetween } from '../rollups/block.ts';
import type { SampleSeries } from './samples.ts';

const TAKEN = ['n', 'sum', 'min', 'max', 'first', 'last', 'increase'] as const;

/**
 * One series of those that the servers of a highly available pair report: bucket by bucket of the server with the most
 * readings, of equals the one that was used last. Where the server changes, a counter goes on from what the other one
 * last read; what the new one missed meanwhile was counted already.
 *
 * @param replicas at least one, all of the same buckets
 */
export const oneOfReplicas = (replicas: readonly SampleSeries[]): SampleSeries => {
  const [only] = replicas as [SampleSeries];
  if (replicas.length === 1) return only;
  const one = { ...only };
  for (const field of TAKEN) one[field] = new Float64Array(only.n.length);
  let current: SampleSeries = only;
  let lastRead = Number.NaN;
  for (let t = 0; t < only.n.length; t++) {
    const fullest = replicas.reduce((best, other) => (other.n[t]! > best.n[t]! ? other : best), current);
    if (fullest.n[t] === 0) continue;
    for (const field of TAKEN) one[field][t] = fullest[field][t]!;
    const isContinued = fullest === current || Number.isNaN(lastRead);
    if (!isContinued && one.kind === 'counter') {
      one.increase[t]! += increaseAfterSwitch(fullest, t, lastRead) - increaseAcross(fullest, t);
    }
    current = fullest;
    lastRead = fullest.last[t]!;
  }
  return one;
};

/** From a server's own reading before the bucket to its first one in it. */
const increaseAcross = ({ before, first }: SampleSeries, t: number): number =>
  Number.isNaN(before[t]!) ? 0 : increaseBetween(before[t]!, first[t]!);

/** The two servers do not read at the same moment, so a little less than the other read is no restart. */
const increaseAfterSwitch = ({ before, first }: SampleSeries, t: number, lastRead: number): number => {
  const isRestart = before[t]! > first[t]!;
  return isRestart ? first[t]! : Math.max(0, first[t]! - lastRead);
};
