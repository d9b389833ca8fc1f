import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byTime, type Source } from '../../adapters/aws/archive/byTime.ts';

const records = (times: readonly number[]) => times.map((timestamp) => ({ timestamp }));
/** At hand, with a start that is known, or not. */
const source = (times: readonly number[], isKnown = true): Source => ({
  fromMs: isKnown ? Math.min(...times) : Number.NEGATIVE_INFINITY,
  open: async () => ({ records: records(times) }),
});
const timesOf = async (sources: readonly Source[], options: Parameters<typeof byTime>[1] = {}) => {
  const found: unknown[] = [];
  for await (const { timestamp } of byTime(sources, options)) found.push(timestamp);
  return found;
};

describe('records of several sources', () => {
  it('come by time, each once, the first so many of them, however they are spread', async () => {
    const spread = fc.array(
      fc.tuple(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 8 }), fc.boolean(), fc.boolean()),
    );
    await fc.assert(
      fc.asyncProperty(spread, fc.option(fc.nat(20), { nil: undefined }), async (parts, limit) => {
        const sources = parts.map(([times, isKnown, isNested]): Source => {
          const inner = source(times, isKnown);
          return isNested ? { fromMs: inner.fromMs, open: async () => ({ sources: [inner] }) } : inner;
        });

        const all = parts.flatMap(([times]) => times).sort((a, b) => a - b);
        expect(await timesOf(sources, { limit })).toEqual(all.slice(0, limit));
      }),
    );
  });

  it('are read only as far as they are asked for', async () => {
    const never: Source = { fromMs: 10, open: () => Promise.reject(new Error('opened')) };

    expect(await timesOf([never, source([1, 2, 3])], { limit: 3 })).toEqual([1, 2, 3]);
    await expect(timesOf([never, source([1, 2, 3])], { limit: 4 })).rejects.toThrow('opened');
  });

  it('are refused when too many wait for their turn, unless a limit makes them few', async () => {
    const sources = [source([1, 3, 5], false), source([2, 4, 6], false)];

    await expect(timesOf(sources, { maxHeld: 5 })).rejects.toMatchObject({ code: 'tooLarge' });
    expect(await timesOf(sources, { maxHeld: 5, limit: 2 })).toEqual([1, 2]);
    expect(await timesOf([source([1, 3]), source([4, 6])], { maxHeld: 2 })).toEqual([1, 3, 4, 6]);
  });
});
