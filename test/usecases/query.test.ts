import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AppError } from '../../core/errors.ts';
import type { Inference } from '../../core/telemetry/events.ts';
import { DAY, HOUR, MINUTE } from '../../core/telemetry/families.ts';
import { answerRows } from '../../core/usecases/query.ts';
import { byLabel, call, exactQuantile, NOW, range, runs, sumOf, T0, valuesOf, type World, world } from './world.ts';

const hour = range(T0, T0 + HOUR);
const day = range(T0, T0 + DAY);

const rolledUp = async (events: readonly Partial<Inference>[]): Promise<World> => {
  const one = world();
  await one.send({ events: events.map((event) => call(event)) });
  await one.roll();
  return one;
};
const inBothStates = async (one: World, check: (state: string) => Promise<void>) => {
  await check('loose');
  await one.compact();
  await check('compacted');
};
const everyQuarter = (fromMs: number, count: number): Partial<Inference>[] =>
  Array.from({ length: count }, (_, i) => ({ timestamp: fromMs + i * 15 * MINUTE }));
const failure = (asked: Promise<unknown>): Promise<AppError> =>
  asked.then(
    () => {
      throw new Error('was answered');
    },
    (error: AppError) => error,
  );

/** A day of calls, some every minute, of two models and three teams. */
const busyDay = Array.from(
  { length: 2_000 },
  (_, i): Partial<Inference> => ({
    timestamp: T0 + Math.floor((i * 43_200) % DAY) + (i % 7) * HOUR,
    model: i % 3 === 0 ? 'llama' : 'claude',
    deployment: i % 3 === 0 ? 'chat' : 'agent',
    team: ['search', 'ads', 'shop'][i % 5] ?? 'search',
    client: `c${i % 11}`,
    status: i % 10 === 0 ? 'error' : 'ok',
    latencyMs: 20 + Math.exp((i % 100) / 12),
    inputTokens: i % 1000,
    outputTokens: i % 77,
  }),
);
const latenciesWhere = (keep: (event: Partial<Inference>) => boolean) =>
  busyDay.filter(keep).map(({ latencyMs }) => latencyMs!);
const isIn =
  (from: number, to: number) =>
  ({ timestamp }: Partial<Inference>) =>
    timestamp! >= from && timestamp! < to;

describe('stats of a day of calls', () => {
  let one: World;
  beforeAll(async () => {
    one = await rolledUp(busyDay);
  });
  const within = (answer: number | null, exact: number, error: number) =>
    expect(Math.abs(answer! / exact - 1)).toBeLessThanOrEqual(error);

  it('are those of the calls themselves, before compaction and after, in every step', async () => {
    await inBothStates(one, async () => {
      for (const step of ['5m', '1h', '6h', '1d', 'all']) {
        const ask = (params: string) => one.ask(`${params}&step=${step}${range(T0, T0 + 2 * DAY)}`);
        expect(sumOf(valuesOf(await ask('metric=inference.requests&stat=sum')))).toBe(2_000);
        expect(sumOf(valuesOf(await ask('metric=inference.errors')))).toBe(200);
        expect(sumOf(valuesOf(await ask('metric=inference.latency&stat=count')))).toBe(2_000);
        expect(sumOf(valuesOf(await ask('metric=inference.inputTokens')))).toBe(999_000);
        const exact = busyDay.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens! + outputTokens!, 0);
        expect(sumOf(valuesOf(await ask('metric=inference.tokens&stat=sum')))).toBe(exact);
      }
    });
  });

  it('are right in each step', async () => {
    for (const [step, ms] of [
      ['1h', HOUR],
      ['90m', 1.5 * HOUR],
      ['1d', DAY],
    ] as const) {
      const answer = await one.ask(`metric=inference.latency&stat=count,sum,min,max,avg,p50,p99&step=${step}${day}`);
      expect(answer.step_s).toBe(ms / 1000);
      answer.series[0]!.points.forEach(([start, count], t) => {
        const values = latenciesWhere(isIn(start, start + ms));
        const value = (stat: string) => answer.series.find((each) => each.stat === stat)!.points[t]![1];
        expect(start).toBe(T0 + t * ms);
        expect(count).toBe(values.length);
        within(
          value('sum'),
          values.reduce((sum, each) => sum + each, 0),
          1e-9,
        );
        within(value('avg'), values.reduce((sum, each) => sum + each, 0) / values.length, 1e-9);
        expect(value('min')).toBe(Math.min(...values));
        expect(value('max')).toBe(Math.max(...values));
        within(value('p50'), exactQuantile(values, 0.5), 0.01);
        within(value('p99'), exactQuantile(values, 0.99), 0.01);
      });
    }
  });

  it('by group add up to the whole', async () => {
    for (const groupBy of ['model', 'team', 'client', 'status', 'deployment,team']) {
      const answer = await one.ask(
        `metric=inference.requests&stat=sum&groupBy=${groupBy}&step=all${range(T0, T0 + 2 * DAY)}`,
      );
      expect(answer.series.length).toBeGreaterThan(1);
      expect(Object.keys(answer.series[0]!.labels)).toEqual(groupBy.split(','));
      expect(sumOf(answer.series.map(({ points }) => points[0]![1]))).toBe(2_000);
    }
  });

  it('have a rate by the time that has passed', async () => {
    const answer = await one.ask(`metric=inference.requests&stat=sum,rate&step=1h${day}`);
    const [sum, rate] = ['sum', 'rate'].map((stat) => valuesOf(answer, stat));
    expect(rate).toEqual(sum!.map((value) => (value === null ? null : value / 3600)));
  });

  it('are the last by time', async () => {
    const two = await rolledUp([
      { timestamp: T0 + 5_000, latencyMs: 7 },
      { timestamp: T0 + 1_000, latencyMs: 9 },
    ]);
    await inBothStates(two, async () => {
      for (const step of ['1m', '1h', '1d'])
        expect(valuesOf(await two.ask(`metric=inference.latency&stat=last&step=${step}${hour}`))[0]).toBe(7);
    });
  });

  it('stay the same when the range moves by a minute of silence', async () => {
    const two = await rolledUp([{ timestamp: T0 + 30 * MINUTE }]);
    for (const minutes of [0, 1, 7, 29]) {
      const params = `metric=inference.requests&stat=sum&step=all${range(T0 + minutes * MINUTE, T0 + HOUR + minutes * MINUTE)}`;
      expect(valuesOf(await two.ask(params))).toEqual([1]);
    }
  });
});

describe('steps', () => {
  it('are aligned to the clock and have null where nothing came', async () => {
    const one = await rolledUp([{ timestamp: T0 + 61_000 }, { timestamp: T0 + 4 * MINUTE }]);

    const answer = await one.ask(`metric=inference.requests&stat=sum&step=1m${range(T0 + 30_000, T0 + 4.5 * MINUTE)}`);

    expect(answer.series[0]!.points).toEqual([
      [T0, null],
      [T0 + MINUTE, 1],
      [T0 + 2 * MINUTE, null],
      [T0 + 3 * MINUTE, null],
      [T0 + 4 * MINUTE, 1],
    ]);
    expect(answer.note).toBeUndefined();
  });

  it('add up to the whole, whatever the step and the range', async () => {
    const one = await rolledUp(busyDay);
    await one.compact();
    const step = fc.constantFrom('1m', '2m', '5m', '8m', '15m', '1h', '90m', '160m', '6h', '12h', '1d');
    const minute = fc.integer({ min: 0, max: 40 * 60 });
    await fc.assert(
      fc.asyncProperty(step, minute, minute, async (size, a, b) => {
        fc.pre(Math.abs(a - b) > 1);
        const asked = range(T0 + Math.min(a, b) * MINUTE, T0 + Math.max(a, b) * MINUTE);
        const steps = await one.ask(`metric=inference.requests&stat=sum&groupBy=model&step=${size}${asked}`);
        const points = steps.series[0]?.points ?? [];
        if (points.length === 0) return;
        const whole = range(points[0]![0], points.at(-1)![0] + steps.step_s * 1000);
        const all = await one.ask(`metric=inference.requests&stat=sum&groupBy=model&step=all${whole}`);
        for (const { labels, points: of } of steps.series) {
          expect(sumOf(of.map(([, value]) => value))).toBe(byLabel(all, 'model')[labels.model!]);
        }
      }),
      runs(60, 2_000),
    );
  });

  it('finer than what is kept are answered coarser, with a note', async () => {
    const one = await rolledUp([{ client: 'c1' }, { client: 'c1', timestamp: T0 + 90 * MINUTE }]);

    const answer = await one.ask(
      `metric=inference.requests&stat=sum&groupBy=client&step=5m${range(T0, T0 + 2 * HOUR)}`,
    );

    expect(answer.step_s).toBe(3600);
    expect([answer.from % HOUR, answer.to % HOUR, answer.from]).toEqual([0, 0, answer.series[0]!.points[0]![0]]);
    expect(answer.note).toMatch(/steps of 60 min/);
    expect(valuesOf(answer)).toEqual([1, 1]);
  });

  it('that rows do not fit in are made of whole ones, with a note', async () => {
    const one = await rolledUp([{ client: 'c1', timestamp: T0 + HOUR }]);

    const answer = await one.ask(
      `metric=inference.requests&stat=sum&groupBy=client&step=90m${range(T0, T0 + 4 * HOUR)}`,
    );

    expect(answer.step_s).toBe(7200);
    expect(answer.note).toMatch(/steps of 120 min/);
    expect(valuesOf(answer)).toEqual([1, null]);
  });

  it('of the whole say when the range was widened to what is kept', async () => {
    const one = await rolledUp([{ client: 'c1', timestamp: T0 + 5 * MINUTE }]);

    const answer = await one.ask(
      `metric=inference.requests&stat=sum&groupBy=client&step=all${range(T0 + 10 * MINUTE, T0 + 20 * MINUTE)}`,
    );

    expect(answer.note).toMatch(/widened/);
    expect(answer.step_s).toBe(0);
    expect([answer.from, answer.to]).toEqual([T0, T0 + HOUR]);
  });

  it('are chosen so that a graph has some hundred points', async () => {
    const one = await rolledUp([{}]);
    const stepOf = async (from: string, more = '') =>
      (await one.ask(`metric=inference.requests&from=${from}${more}`)).step_s;
    expect(await stepOf('now-1h')).toBe(60);
    expect(await stepOf('now-24h')).toBe(300);
    expect(await stepOf('now-30d')).toBe(6 * 3600);
    expect(await stepOf('now-30d', '&tz=Europe/Berlin')).toBe(86_400);
    expect(await stepOf('now-2w')).toBe(6 * 3600);
  });
});

describe('days of a time zone', () => {
  const starts = async (tz: string, from: string, to: string, events: readonly Partial<Inference>[], groupBy = '') => {
    const one = await rolledUp(events);
    await one.compact(Date.parse(to) + DAY);
    const group = groupBy === '' ? '' : `&groupBy=${groupBy}`;
    return one.ask(
      `metric=inference.requests&stat=sum&step=1d&tz=${tz}&from=${from}&to=${to}${group}`,
      Date.parse(to) + DAY,
    );
  };
  const everyHour = (from: string, hours: number, more: Partial<Inference> = {}) =>
    Array.from({ length: hours }, (_, i) => ({ ...more, timestamp: Date.parse(from) + i * HOUR }));

  it('are 23 hours long where clocks go forward', async () => {
    const answer = await starts(
      'Europe/Berlin',
      '2026-03-27T23:00Z',
      '2026-03-30T22:00Z',
      everyHour('2026-03-27T23:00Z', 95 - 24),
    );

    expect(answer.series[0]!.points.map(([start, value]) => [new Date(start).toISOString(), value])).toEqual([
      ['2026-03-27T23:00:00.000Z', 24],
      ['2026-03-28T23:00:00.000Z', 23],
      ['2026-03-29T22:00:00.000Z', 24],
    ]);
  });

  it('are 25 hours long where clocks go back', async () => {
    const answer = await starts(
      'Europe/Berlin',
      '2026-10-23T22:00Z',
      '2026-10-26T23:00Z',
      everyHour('2026-10-23T22:00Z', 73),
    );

    expect(valuesOf(answer)).toEqual([24, 25, 24]);
  });

  it('begin at half hours of UTC in India', async () => {
    const answer = await starts('Asia/Kolkata', '2026-03-04T00:00Z', '2026-03-05T12:00Z', [
      { timestamp: Date.parse('2026-03-04T18:29:59Z') },
      { timestamp: Date.parse('2026-03-04T18:30:00Z') },
      { timestamp: Date.parse('2026-03-04T18:30:00Z') },
    ]);

    expect(answer.series[0]!.points).toEqual([
      [Date.parse('2026-03-03T18:30Z'), 1],
      [Date.parse('2026-03-04T18:30Z'), 2],
    ]);
    expect(answer.note).toBeUndefined();
  });

  it('begin at the first moment of the day where midnight does not exist', async () => {
    const answer = await starts(
      'Africa/Cairo',
      '2026-04-22T22:00Z',
      '2026-04-25T21:00Z',
      everyHour('2026-04-22T22:00Z', 71),
    );

    expect(answer.series[0]!.points.map(([start]) => new Date(start).toISOString())).toEqual([
      '2026-04-22T22:00:00.000Z',
      '2026-04-23T22:00:00.000Z',
      '2026-04-24T21:00:00.000Z',
    ]);
    expect(valuesOf(answer)).toEqual([24, 23, 24]);
  });

  it('say so where only whole hours of UTC are kept, and lose nothing', async () => {
    const events = everyHour('2026-03-04T00:10Z', 36, { client: 'c1' });
    const answer = await starts('Asia/Kolkata', '2026-03-04T00:00Z', '2026-03-05T12:00Z', events, 'client');

    expect(answer.note).toMatch(/whole 60 min of UTC/);
    expect(sumOf(valuesOf(answer))).toBe(36);
    expect(answer.series[0]!.points[0]![0]).toBe(Date.parse('2026-03-03T18:00Z'));
  });

  it('and long steps are whole where their beginning is kept in hours only', async () => {
    const one = await rolledUp(everyQuarter(Date.parse('2026-03-03T18:00Z'), 40));
    await one.compact();
    const later = T0 + 2 * DAY + HOUR;
    await one.expire({ minuteDays: 2, hourDays: 100, dayDays: 1000 }, later); // minutes before 01:00 of T0 are gone
    const of = range(T0 + HOUR, T0 + 4 * HOUR);

    const inDays = await one.ask(`metric=inference.requests&stat=sum&step=1d&tz=Asia/Kolkata${of}`, later);
    expect(inDays.from).toBe(Date.parse('2026-03-03T18:00Z'));
    expect(sumOf(valuesOf(inDays))).toBe(40);
    const in45Min = await one.ask(`metric=inference.requests&stat=sum&step=45m${of}`, later);
    expect([in45Min.step_s, valuesOf(in45Min)]).toEqual([3600, [4, 4, 4]]);
  });

  it('equal the sums of their minutes, before compaction and after', async () => {
    const one = await rolledUp(busyDay);
    await inBothStates(one, async (state) => {
      const days = await one.ask(
        `metric=inference.requests&stat=sum&step=1d&tz=America/New_York${range(T0, T0 + 2 * DAY)}`,
      );
      for (const [start, value] of days.series[0]!.points) {
        const all = await one.ask(`metric=inference.requests&stat=sum&step=all${range(start, start + DAY)}`);
        expect(value, state).toBe(all.series[0]?.points[0]?.[1] ?? null);
      }
    });
  });
});

describe('filters', () => {
  let one: World;
  beforeAll(async () => {
    one = await rolledUp([
      { model: 'anthropic.claude-3:0', team: 'a,b' },
      { model: 'llama', team: 'search' },
      { model: 'llama-guard', team: 'ads' },
      { model: 'mistral', team: undefined },
    ]);
  });
  const models = async (...filters: readonly string[]) => {
    const params = new URLSearchParams(`metric=inference.requests&groupBy=model&step=all${hour}`);
    for (const filter of filters) params.append('filter', filter);
    const answer = await one.ask(params);
    return answer.series.map(({ labels }) => labels.model);
  };

  it('take one of several values', async () => {
    expect(await models('model:llama,mistral')).toEqual(['llama', 'mistral']);
    expect(await models('model:none')).toEqual([]);
  });

  it('take all but some values', async () => {
    expect(await models('model!:llama,mistral')).toEqual(['anthropic.claude-3:0', 'llama-guard']);
  });

  it('take what is like a pattern', async () => {
    expect(await models('model~:llama*')).toEqual(['llama', 'llama-guard']);
    expect(await models('model~:*a*-?:0,mis*')).toEqual(['anthropic.claude-3:0', 'mistral']);
    expect(await models('model~:*')).toHaveLength(4);
  });

  it('are split at the first colon', async () => {
    expect(await models('model:anthropic.claude-3:0')).toEqual(['anthropic.claude-3:0']);
  });

  it('together all hold', async () => {
    expect(await models('model~:llama*', 'model!:llama')).toEqual(['llama-guard']);
  });

  it('have values percent-encoded, so that one may hold a comma', async () => {
    const answer = await one.ask(
      new URLSearchParams({
        metric: 'inference.requests',
        filter: 'team:a%2Cb',
        step: 'all',
        from: String(T0),
        to: String(NOW),
      }),
    );
    expect(valuesOf(answer)).toEqual([1]);
  });

  it('with no value take what has none', async () => {
    expect(valuesOf(await one.ask(`metric=inference.requests&filter=team:&step=all${hour}`))).toEqual([1]);
    expect(valuesOf(await one.ask(`metric=inference.requests&filter=team!:&step=all${hour}`))).toEqual([3]);
  });

  it('that match nothing are answered with a reason', async () => {
    const answer = await one.ask(`metric=inference.requests&filter=team:nobody${hour}`);
    expect(answer.series).toEqual([]);
    expect(answer.note).toMatch(/no data for this metric, these filters and this range/);
  });

  it('that are many stars do not hang', async () => {
    expect(await models(`model~:${'*a'.repeat(5_000)}`)).toEqual([]);
  });
});

describe('the top', () => {
  let one: World;
  beforeAll(async () => {
    one = await rolledUp(
      ['a', 'b', 'c', 'd'].flatMap((client, i) =>
        Array.from({ length: 10 }, (_, n) => ({
          client,
          timestamp: T0 + n * HOUR,
          latencyMs: [50, 200, 100, 10][i]!,
          inputTokens: (i + 1) * (n === 0 ? 10 : 1),
        })),
      ),
    );
  });
  const clients = async (params: string) =>
    (await one.ask(`${params}&groupBy=client${range(T0, T0 + 10 * HOUR)}`)).series.map(({ labels }) => labels.client);

  it('groups are those with the most over the range, the first one first', async () => {
    expect(await clients('metric=inference.inputTokens&stat=sum&step=all&limit=2')).toEqual(['d', 'c']);
    expect(await clients('metric=inference.inputTokens&stat=sum&step=1h&limit=3')).toEqual(['d', 'c', 'b']);
  });

  it('come first without a limit, too, when an order is asked for', async () => {
    expect(await clients('metric=inference.inputTokens&stat=sum&step=1h&order=desc')).toEqual(['d', 'c', 'b', 'a']);
    expect(await clients('metric=inference.latency&stat=avg&step=all&order=asc')).toEqual(['d', 'a', 'c', 'b']);
    expect(await clients('metric=inference.latency&stat=avg&step=all')).toEqual(['a', 'b', 'c', 'd']);
  });

  it('or with the least', async () => {
    expect(await clients('metric=inference.inputTokens&stat=sum&step=1h&limit=2&order=asc')).toEqual(['a', 'b']);
  });

  it('keep the rank of the whole range whatever the step and the stat', async () => {
    for (const stat of ['avg', 'max', 'p95', 'rate', 'count']) {
      const whole = await clients(`metric=inference.latency&stat=${stat}&step=all&limit=4`);
      expect(await clients(`metric=inference.latency&stat=${stat}&step=1h&limit=4`), stat).toEqual(whole);
      expect(await clients(`metric=inference.latency&stat=${stat}&step=1h&limit=2`), stat).toEqual(whole.slice(0, 2));
    }
    expect(await clients('metric=inference.latency&stat=avg&step=1h&limit=4')).toEqual(['b', 'c', 'a', 'd']);
  });

  it('rank by the whole range, not by the average of its steps', async () => {
    const two = await rolledUp([
      ...Array.from({ length: 100 }, () => ({ client: 'busy', latencyMs: 100 })),
      { client: 'busy', timestamp: T0 + HOUR, latencyMs: 1 },
      { client: 'quiet', latencyMs: 80 },
      { client: 'quiet', timestamp: T0 + HOUR, latencyMs: 80 },
    ]);
    const asked = range(T0, T0 + 2 * HOUR);
    const answer = await two.ask(`metric=inference.latency&stat=avg&groupBy=client&step=1h&limit=2${asked}`);
    expect(answer.series.map(({ labels }) => labels.client)).toEqual(['busy', 'quiet']);
  });
});

describe('what is not there', () => {
  it('is no group', async () => {
    const one = await rolledUp([{ model: 'early' }, { model: 'late', timestamp: T0 + 5 * HOUR }]);
    await inBothStates(one, async (state) => {
      const answer = await one.ask(`metric=inference.requests&groupBy=model&step=1h${range(T0, T0 + 2 * HOUR)}`);
      expect(
        answer.series.map(({ labels }) => labels.model),
        state,
      ).toEqual(['early']);
    });
  });

  it('is null, not 0: a cost that nobody reported', async () => {
    const one = await rolledUp([{ model: 'priced', costUsd: 0.5 }, { model: 'unpriced' }]);
    const ask = async (stat: string) =>
      byLabel(await one.ask(`metric=inference.cost&stat=${stat}&groupBy=model&step=all${hour}`), 'model');
    expect(await ask('sum')).toEqual({ priced: 0.5, unpriced: null });
    expect(await ask('count')).toEqual({ priced: 1, unpriced: 0 });
    expect(await ask('p50')).toEqual({ priced: 0.5, unpriced: null });
  });

  it('is 0 where it was counted: errors of calls that all went well', async () => {
    const one = await rolledUp([{}]);
    expect(valuesOf(await one.ask(`metric=inference.errors&step=1m${range(T0, T0 + 2 * MINUTE)}`))).toEqual([0, null]);
  });
});

describe('ratios', () => {
  it('are taken of each group and step', async () => {
    const one = await rolledUp(busyDay);
    await inBothStates(one, async (state) => {
      const answer = await one.ask(`metric=inference.errorRatio&groupBy=model&step=6h${day}`);
      for (const { labels, points } of answer.series) {
        for (const [start, value] of points) {
          const calls = busyDay.filter((event) => event.model === labels.model && isIn(start, start + 6 * HOUR)(event));
          const exact = calls.length === 0 ? null : calls.filter(({ status }) => status !== 'ok').length / calls.length;
          expect(value, state).toBe(exact);
        }
      }
    });
  });

  it('are null where there is nothing to divide by', async () => {
    const one = await rolledUp([
      {},
      { timestamp: T0 + MINUTE, coldStart: true },
      { timestamp: T0 + MINUTE, coldStart: false },
    ]);
    expect(valuesOf(await one.ask(`metric=inference.coldStartRatio&step=1m${range(T0, T0 + 3 * MINUTE)}`))).toEqual([
      null,
      0.5,
      null,
    ]);
  });

  it('scale and shift: availability, tokens per second', async () => {
    const one = await rolledUp([
      { outputTokens: 50, latencyMs: 1000 },
      { outputTokens: 100, latencyMs: 500 },
      { latencyMs: 9, status: 'error' },
    ]);
    expect(valuesOf(await one.ask(`metric=inference.tokensPerSecond&step=all${hour}`))).toEqual([100]);
    expect(valuesOf(await one.ask(`metric=inference.availabilityRatio&step=all${hour}`))[0]).toBeCloseTo(2 / 3, 12);
  });
});

describe('different values', () => {
  it('count once a step, and once over the whole', async () => {
    const one = await rolledUp(busyDay);
    const ask = async (step: string) =>
      valuesOf(await one.ask(`metric=usage.activeClients&step=${step}${range(T0, T0 + 2 * DAY)}`));
    await inBothStates(one, async (state) => {
      expect(await ask('all'), state).toEqual([11]);
      const perDay = [0, 1].map(
        (d) => new Set(busyDay.filter(isIn(T0 + d * DAY, T0 + (d + 1) * DAY)).map(({ client }) => client)).size,
      );
      expect(await ask('1d'), state).toEqual(perDay.map((count) => count || null));
    });
  });

  it('can be counted by group', async () => {
    const one = await rolledUp(busyDay);
    const answer = await one.ask(`metric=usage.activeDeployments&groupBy=model&step=all${range(T0, T0 + 2 * DAY)}`);
    expect(byLabel(answer, 'model')).toEqual({ claude: 1, llama: 1 });
  });
});

describe('calls that an event and a span report', () => {
  const twofold: Partial<Inference>[] = [
    { deployment: 'both', source: 'event' },
    { deployment: 'both', source: 'span' },
    { deployment: 'both', source: 'span', timestamp: T0 + 30 * MINUTE },
    { deployment: 'traced', source: 'span' },
    { deployment: 'told', source: 'event' },
  ];

  it('are never fewer over a longer range, and the answer says how many were left out', async () => {
    const one = await rolledUp([
      { source: 'span' },
      { source: 'span', timestamp: T0 + HOUR },
      { source: 'span', timestamp: T0 + 5 * HOUR },
      { source: 'event', timestamp: T0 + 5 * HOUR + 40 * MINUTE },
    ]);
    await inBothStates(one, async (state) => {
      let before = 0;
      for (const minutes of [30, 60, 120, 330, 360, 1440]) {
        const of = range(T0, T0 + minutes * MINUTE);
        const answer = await one.ask(`metric=inference.requests&stat=sum&step=all${of}`);
        const count = valuesOf(answer)[0]!;
        expect(count, `${state} ${minutes}`).toBeGreaterThanOrEqual(before);
        before = count;
      }
      expect(before, state).toBe(3);
      const answer = await one.ask(`metric=inference.requests&stat=sum&step=all${day}`);
      expect(answer.note, state).toMatch(/calls of 1 spans are left out/);
    });
  });

  it('leave out spans only for what the events say', async () => {
    const one = world();
    const { latencyMs: _, ...silent } = call({ source: 'event' }) as Inference;
    await one.send({ events: [silent, call({ source: 'span', latencyMs: 700, status: 'error' })] });
    await one.roll();
    await inBothStates(one, async (state) => {
      expect(valuesOf(await one.ask(`metric=inference.latency&stat=max&step=all${hour}`)), state).toEqual([700]);
      expect(valuesOf(await one.ask(`metric=inference.errors&stat=sum&step=all${hour}`)), state).toEqual([0]);
    });
  });

  it('count as events only, deployment by deployment', async () => {
    const one = await rolledUp(twofold);
    await inBothStates(one, async (state) => {
      const answer = await one.ask(`metric=inference.requests&stat=sum&groupBy=deployment&step=all${hour}`);
      expect(byLabel(answer, 'deployment'), state).toEqual({ both: 1, told: 1, traced: 1 });
      expect(valuesOf(await one.ask(`metric=inference.requests&stat=sum&step=all${hour}`)), state).toEqual([3]);
    });
  });

  it('count the same by team, in steps that can tell', async () => {
    const one = await rolledUp(twofold);
    await inBothStates(one, async (state) => {
      for (const step of ['1m', '5m', '1h', 'all']) {
        const answer = await one.ask(`metric=inference.requests&stat=sum&groupBy=team&step=${step}${hour}`);
        expect(sumOf(valuesOf(answer)), `${state} ${step}`).toBe(3);
        if (step === '1m') expect([answer.step_s, answer.note]).toEqual([300, expect.stringMatching(/steps of 5 min/)]);
      }
    });
  });

  it('say so by client, where they cannot be told apart', async () => {
    const one = await rolledUp([
      { client: 'c', source: 'event' },
      { client: 'c', source: 'span' },
    ]);
    const answer = await one.ask(`metric=inference.requests&stat=sum&groupBy=client&step=all${hour}`);
    expect(answer.note).toMatch(/reported as both count twice/);
  });

  it('are spans where no event of the range reports the deployment', async () => {
    const one = await rolledUp([
      { source: 'span' },
      { source: 'span', timestamp: T0 + HOUR },
      { source: 'event', timestamp: T0 + 5 * HOUR },
    ]);
    await inBothStates(one, async (state) => {
      for (const step of ['1m', '1h', 'all']) {
        const answer = await one.ask(`metric=inference.requests&stat=sum&step=${step}${range(T0, T0 + 2 * HOUR)}`);
        expect(sumOf(valuesOf(answer)), `${state} ${step}`).toBe(2);
      }
    });
  });

  it('of many deployments folded into one name are all counted', async () => {
    const one = world({ limits: { valuesPerDimension: 2 } });
    await one.send({
      events: [
        call({ deployment: 'first', source: 'event' }),
        call({ deployment: 'second', source: 'event' }),
        call({ deployment: 'third', source: 'event' }),
        call({ deployment: 'fourth', source: 'span' }),
      ],
    });
    await one.roll();
    const answer = await one.ask(`metric=inference.requests&stat=sum&groupBy=deployment&step=all${hour}`);
    expect(byLabel(answer, 'deployment')).toEqual({ first: 1, second: 1, __other__: 2 });
  });
});

describe('a question that cannot be answered', () => {
  let one: World;
  beforeAll(async () => {
    one = await rolledUp([{ client: 'c1' }]);
  });

  it('about an unknown metric says what was meant', async () => {
    const error = await failure(one.ask('metric=inference.latencys'));
    expect(error).toMatchObject({ code: 'notFound' });
    expect((await failure(one.ask('metric=inference.late'))).message).toMatch(/inference\.latency/);
    expect((await failure(one.ask('metric=inference.latancy'))).message).toMatch(/did you mean inference\.latency/);
    expect((await failure(one.ask('metric=constructor'))).code).toBe('notFound');
  });

  it.each([
    ['metric=inference.requests&foo=1', 'foo'],
    ['', 'metric'],
    ['metric=inference.requests&from=yesterday', 'from'],
    ['metric=inference.requests&from=now&to=now-1h', 'from'],
    ['metric=inference.requests&from=1795246266', 'from'],
    ['metric=inference.requests&from=-99999999999999', 'from'],
    ['metric=inference.requests&from=8640000000000000&to=8640000000000001&tz=Asia/Kolkata&step=1d', 'from'],
    ['metric=inference.requests&step=7m', 'step'],
    ['metric=inference.requests&step=2d', 'step'],
    ['metric=inference.requests&step=10s', 'step'],
    ['metric=inference.requests&step=1m&from=now-300d', 'step'],
    ['metric=inference.requests&tz=Mars/Olympus', 'tz'],
    ['metric=inference.requests&tz=Europe/Berlin&step=6h', 'tz'],
    ['metric=inference.requests&limit=0', 'limit'],
    ['metric=inference.requests&limit=1e3', 'limit'],
    ['metric=inference.requests&order=up', 'order'],
    ['metric=inference.requests&filter=nocolon', 'filter'],
    ['metric=inference.requests&filter=model:%25', 'filter'],
    ['metric=inference.requests&metric=inference.errors', 'metric'],
    ['metric=inference.requests&stat=p95', 'stat'],
    ['metric=inference.latency&stat=p101', 'stat'],
    ['metric=inference.errorRatio&stat=sum', 'stat'],
    ['metric=inference.requests&groupBy=client,deployment', 'groupBy'],
    ['metric=inference.requests&filter=shoe:42', 'groupBy'],
  ])('names the parameter: %s', async (params, path) => {
    const error = await failure(one.ask(params));
    expect(error.code).toBe('invalidInput');
    expect(error.problems.map((problem) => problem.path)).toContain(path);
  });

  it('says of a time only what is wrong with it', async () => {
    const problems = async (range: string) => (await failure(one.ask(`metric=inference.requests&${range}`))).problems;

    expect(await problems('from=yesterday')).toEqual([
      { path: 'from', message: '"yesterday" is no time; use ISO 8601, epoch milliseconds, now or now-24h' },
    ]);
    expect(await problems(`from=${T0}&to=1795246266`)).toEqual([
      { path: 'to', message: '1795246266 looks like seconds; times are in milliseconds: 1795246266000' },
    ]);
  });

  it('names everything that is wrong at once', async () => {
    const error = await failure(one.ask('metric=inference.requests&step=7m&limit=x&foo=1'));
    expect(error.problems.map(({ path }) => path).sort()).toEqual(['foo', 'limit', 'step']);
  });

  it('names the dimensions that go together', async () => {
    const error = await failure(one.ask('metric=inference.latency&stat=avg&groupBy=client,team'));
    expect(error.message).toMatch(/no series has client, team together.*deployment, model/);
  });

  it('names the series that keep percentiles', async () => {
    const error = await failure(one.ask('metric=inference.queueWait&stat=p95&groupBy=client'));
    expect(error.message).toMatch(/no series keeps percentiles by client.*deployment, model/);
    const average = await one.ask(`metric=inference.queueWait&stat=avg&groupBy=client${hour}`);
    expect(average.step_s).toBe(3600);
  });

  it('never fails otherwise, whatever is asked', async () => {
    const name = fc.constantFrom(
      'metric',
      'stat',
      'groupBy',
      'filter',
      'from',
      'to',
      'step',
      'tz',
      'limit',
      'order',
      'x',
    );
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'inference.latency',
        'p95',
        'model',
        'model:x',
        'now-1h',
        '0',
        '1h',
        'all',
        'Asia/Kolkata',
        '3',
        'asc',
        'client',
      ),
    );
    const params = fc.array(fc.tuple(name, text), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(params, async (pairs) => {
        const asked = new URLSearchParams([
          ['metric', 'inference.requests'],
          ...pairs.filter(([key]) => key !== 'metric'),
        ]);
        const outcome = await one.ask(asked).catch((error: AppError) => error.code);
        if (typeof outcome === 'string') expect(['invalidInput', 'notFound']).toContain(outcome);
      }),
      runs(200, 10_000),
    );
  });
});

describe('an answer as rows', () => {
  it('has a row for each point, labels and values beside each other', async () => {
    const one = await rolledUp([{}]);
    const answer = await one.ask(
      `metric=inference.requests&stat=sum&groupBy=model&step=1m${range(T0, T0 + 2 * MINUTE)}`,
    );
    expect(answerRows(answer)).toEqual([
      { time: '2026-03-04T00:00:00.000Z', model: 'llama', stat: 'sum', value: 1 },
      { time: '2026-03-04T00:01:00.000Z', model: 'llama', stat: 'sum', value: null },
    ]);
  });
});

describe('values of a dimension', () => {
  it('are sorted, of the range, loose and compacted', async () => {
    const one = await rolledUp([{ team: 'b' }, { team: 'a' }, { team: undefined }]);
    await inBothStates(one, async () => {
      expect(await one.values('team', `from=${T0}&to=${NOW}`)).toEqual({
        dimension: 'team',
        values: ['a', 'b'],
        truncated: false,
        total: 2,
      });
      expect((await one.values('team', `from=${T0 - 9 * DAY}&to=${T0 - 8 * DAY}`)).values).toEqual([]);
    });
  });

  it('of an unknown one are not found, of a wrong range invalid', async () => {
    const one = await rolledUp([{}]);
    expect((await failure(one.values('shoe'))).code).toBe('notFound');
    expect((await failure(one.values('team', 'from=x'))).code).toBe('invalidInput');
    expect((await failure(one.values('team', 'foo=x'))).code).toBe('invalidInput');
  });
});
