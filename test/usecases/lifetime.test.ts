import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, MINUTE } from '../../core/telemetry/families.ts';
import { call, LONG_MS, range, runs, sample, sumOf, T0, valuesOf, world } from './world.ts';

/** What may happen in any order over the days: batches of any age, rounds, housekeeping, restarts, batches once more. */
const happening = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      minutes: fc.array(fc.integer({ min: 0, max: 8 * 24 * 60 - 1 }), { minLength: 1, maxLength: 12 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('roll' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('compact' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('expire' as const), days: fc.integer({ min: 4, max: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('again' as const), which: fc.nat() }) },
);
const SHORT = { minuteDays: 2, hourDays: 4, dayDays: 1000 };

describe('whatever happens to batches over days', () => {
  it(
    'each event and each point counts once in its day',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(happening, { maxLength: 25 }), async (happenings) => {
          const one = world();
          const batches: { id: string; minutes: number[] }[] = [];
          const seen = new Set<number>();
          let nowMs = T0 + 8 * DAY;
          const contentOf = (minutes: readonly number[]) => ({
            events: minutes.map((minute) => call({ timestamp: T0 + minute * MINUTE, latencyMs: minute })),
            samples: minutes.map((minute) => sample('done', 'delta', T0 + minute * MINUTE, minute)),
          });
          for (const happened of happenings) {
            if (happened.kind === 'send') {
              const minutes = [...new Set(happened.minutes)].filter((minute) => !seen.has(minute));
              for (const minute of minutes) seen.add(minute);
              const id = `b${batches.length}`;
              batches.push({ id, minutes });
              await one.send(contentOf(minutes), id);
            } else if (happened.kind === 'roll') await one.roll(nowMs);
            else if (happened.kind === 'compact') await one.compact(nowMs);
            else if (happened.kind === 'expire') {
              nowMs = Math.max(nowMs, T0 + happened.days * DAY);
              await one.expire(SHORT, nowMs);
            } else if (happened.kind === 'restart') one.restart();
            else if (batches.length > 0) {
              const { id, minutes } = batches[happened.which % batches.length]!;
              await one.redeliver(contentOf(minutes), id);
            }
          }
          await one.roll(nowMs);
          const days = Array.from({ length: 8 }, (_, d) =>
            [...seen].filter((minute) => Math.floor(minute / 1440) === d),
          );
          const orNull = (value: (minutes: number[]) => number) =>
            days.map((of) => (of.length === 0 ? null : value(of)));
          const sums = orNull(sumOf);
          const ask = async (params: string, step: string) => {
            const answer = await one.ask(`${params}&step=${step}${range(T0, T0 + 8 * DAY)}`, nowMs);
            return answer.series.length === 0 ? [] : valuesOf(answer);
          };
          for (const state of ['loose', 'compacted']) {
            if (seen.size > 0) {
              expect(await ask('metric=inference.requests&stat=sum', '1d'), state).toEqual(orNull((of) => of.length));
              expect(await ask('metric=inference.latency&stat=sum', '1d'), state).toEqual(sums);
              expect(await ask('metric=inference.latency&stat=max', '1d'), state).toEqual(
                orNull((of) => Math.max(...of)),
              );
              expect(await ask('metric=done&stat=sum', '1d'), state).toEqual(sums);
              expect(await ask('metric=inference.requests&stat=sum', 'all'), state).toEqual([seen.size]);
              expect(sumOf(await ask('metric=inference.latency&stat=sum', '1h')), state).toBe(sumOf([...seen]));
              expect(sumOf(await ask('metric=done&stat=sum', '1h')), state).toBe(sumOf([...seen]));
            }
            await one.compact(nowMs);
          }
        }),
        {
          ...runs(20, 300),
          // Hours were dropped while minutes of the same family still waited.
          examples: [
            [
              [
                { kind: 'send', minutes: [5760] },
                { kind: 'roll' },
                { kind: 'send', minutes: [0] },
                { kind: 'expire', days: 4 },
              ],
            ],
          ],
        },
      );
    },
    LONG_MS,
  );
});
