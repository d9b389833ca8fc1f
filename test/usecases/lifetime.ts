import fc from 'fast-check';
import { expect } from 'vitest';
import { DAY, MINUTE } from '../../core/telemetry/families.ts';
import { call, range, sample, sumOf, T0, valuesOf, type World } from './world.ts';

const SHORT = { minuteDays: 2, hourDays: 4, dayDays: 1000 };

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

/** What may happen in any order over eight days: batches of any age, rounds, housekeeping, restarts, batches once more. */
export const happenings = fc.array(happening, { maxLength: 25 });
export type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

/** Hours were dropped while minutes of the same family still waited. */
export const FOUND_BEFORE: Happening[] = [
  { kind: 'send', minutes: [5760] },
  { kind: 'roll' },
  { kind: 'send', minutes: [0] },
  { kind: 'expire', days: 4 },
];

/** Lets it all happen to an empty world, then expects each event and each point to count once in its day. */
export const liveThrough = async (one: World, all: readonly Happening[]): Promise<void> => {
  const batches: { id: string; minutes: number[] }[] = [];
  const seen = new Set<number>();
  let nowMs = T0 + 8 * DAY;
  for (const happened of all) {
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
  for (const state of ['loose', 'compacted']) {
    await expectOnce(one, { seen, nowMs, state });
    await one.compact(nowMs);
  }
};

const contentOf = (minutes: readonly number[]) => ({
  events: minutes.map((minute) => call({ timestamp: T0 + minute * MINUTE, latencyMs: minute })),
  samples: minutes.map((minute) => sample('done', 'delta', T0 + minute * MINUTE, minute)),
});

/** Each of these minutes had one event and one point, with the minute itself as their value. */
const expectOnce = async (one: World, of: { seen: ReadonlySet<number>; nowMs: number; state: string }) => {
  const { seen, nowMs, state } = of;
  if (seen.size === 0) return;
  const days = Array.from({ length: 8 }, (_, d) => [...seen].filter((minute) => Math.floor(minute / 1440) === d));
  const orNull = (value: (minutes: number[]) => number) =>
    days.map((minutes) => (minutes.length === 0 ? null : value(minutes)));
  const sums = orNull(sumOf);
  const ask = async (params: string, step: string) =>
    valuesOf(await one.ask(`${params}&step=${step}${range(T0, T0 + 8 * DAY)}`, nowMs));

  expect(await ask('metric=inference.requests&stat=sum', '1d'), state).toEqual(orNull((minutes) => minutes.length));
  expect(await ask('metric=inference.latency&stat=sum', '1d'), state).toEqual(sums);
  expect(await ask('metric=inference.latency&stat=max', '1d'), state).toEqual(
    orNull((minutes) => Math.max(...minutes)),
  );
  expect(await ask('metric=done&stat=sum', '1d'), state).toEqual(sums);
  expect(await ask('metric=inference.requests&stat=sum', 'all'), state).toEqual([seen.size]);
  expect(sumOf(await ask('metric=inference.latency&stat=sum', '1h')), state).toBe(sumOf([...seen]));
  expect(sumOf(await ask('metric=done&stat=sum', '1h')), state).toBe(sumOf([...seen]));
};
