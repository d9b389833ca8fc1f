import { describe, expect, it } from 'vitest';
import type { Sample } from '../../core/telemetry/batch.ts';
import { DAY, HOUR, MINUTE } from '../../core/telemetry/families.ts';
import { byLabel, NOW, range, sample, sumOf, T0, valuesOf, type World, world } from './world.ts';

const S = 1000;
const hour = range(T0, T0 + HOUR);

/** Readings of one series, one every `everyMs`. */
const readings = (of: {
  metric?: string;
  kind?: Sample['kind'];
  from?: number;
  everyMs?: number;
  values: readonly number[];
  labels?: Record<string, string>;
}): Sample[] => {
  const { metric = 'requests', kind = 'counter', from = T0, everyMs = MINUTE, values, labels = {} } = of;
  return values.map((value, i) => sample(metric, kind, from + i * everyMs, value, labels));
};

const rolledUp = async (...batches: readonly (readonly Sample[])[]): Promise<World> => {
  const one = world();
  for (const samples of batches) await one.send({ samples: [...samples] });
  await one.roll();
  return one;
};

/** The same question before and after compaction. */
const inBothStates = async (one: World, check: (state: string) => Promise<void>) => {
  await check('loose');
  await one.compact();
  await check('compacted');
};

const BOUNDS = ['50', '100', '250', '+Inf'];
/** What vLLM exposes of its time to first token after so many requests up to each bound. */
const histogram = (timestamp: number, cumulative: readonly number[], sum: number): Sample[] => [
  ...BOUNDS.map((le, i) =>
    sample('serving.timeToFirstToken_bucket', 'counter', timestamp, cumulative[i]!, { model: 'llama', le }),
  ),
  sample('serving.timeToFirstToken_sum', 'counter', timestamp, sum, { model: 'llama' }),
  sample('serving.timeToFirstToken_count', 'counter', timestamp, cumulative.at(-1)!, { model: 'llama' }),
];

describe('a histogram whose buckets come in two requests', () => {
  const scrapes = [histogram(T0, [0, 0, 0, 0], 0), histogram(T0 + MINUTE, [50, 90, 100, 100], 6_000)].flat();
  const [firstHalf, secondHalf] = [scrapes.filter((_, i) => i % 2 === 0), scrapes.filter((_, i) => i % 2 === 1)];

  it.each([
    ['in order', [firstHalf, secondHalf]],
    ['swapped', [secondHalf, firstHalf]],
  ])('gives the quantiles of the whole: %s', async (_, batches) => {
    const one = await rolledUp(...batches);
    await inBothStates(one, async (state) => {
      const answer = await one.ask(`metric=serving.timeToFirstToken&stat=p50,p90,p95,count,sum,avg&step=all${hour}`);
      expect(
        answer.series.map(({ stat, points }) => [stat, points[0]![1]]),
        state,
      ).toEqual([
        ['p50', 50],
        ['p90', 100],
        ['p95', 100 + 150 / 2],
        ['count', 100],
        ['sum', 6_000],
        ['avg', 60],
      ]);
      expect(answer.note).toMatch(/buckets/);
    });
  });

  it('groups by the labels of the histogram, not by its buckets', async () => {
    const one = await rolledUp(scrapes);

    const answer = await one.ask(`metric=serving.timeToFirstToken&stat=p50&groupBy=model&step=all${hour}`);

    expect(byLabel(answer, 'model')).toEqual({ llama: 50 });
  });
});

describe('a counter', () => {
  it('that restarts between two batches counts right though they come swapped', async () => {
    const [before, after] = [
      readings({ values: [100, 110, 130] }),
      readings({ from: T0 + 3 * MINUTE, values: [5, 25] }),
    ];
    const one = await rolledUp(after, before);

    await inBothStates(one, async (state) => {
      expect(valuesOf(await one.ask(`metric=requests&stat=sum&step=all${hour}`)), state).toEqual([55]);
      const minutes = await one.ask(`metric=requests&stat=sum&step=1m${range(T0, T0 + 5 * MINUTE)}`);
      expect(valuesOf(minutes), state).toEqual([0, 10, 20, 5, 20]);
    });
  });

  it('counts the same in minutes, hours, days and the whole, across the ends of hours', async () => {
    let total = 0;
    const values = Array.from({ length: 26 * 240 }, (_, i) => {
      total = i % 1777 === 1776 ? 3 : total + (i % 7);
      return total;
    });
    const samples = readings({ everyMs: 15 * S, values });
    const one = await rolledUp(samples.slice(3000), samples.slice(0, 3000));
    const exact = values.reduce((sum, value, i) => {
      const step = i === 0 ? 0 : value - values[i - 1]!;
      return sum + (step < 0 ? value : step);
    }, 0);

    await inBothStates(one, async (state) => {
      for (const step of ['1m', '5m', '30m', '1h', '90m', '6h', '1d', 'all']) {
        const answer = await one.ask(`metric=requests&stat=sum&step=${step}${range(T0, T0 + 2 * DAY)}`);
        expect(sumOf(valuesOf(answer)), `${state} ${step}`).toBe(exact);
      }
      const minutes = valuesOf(await one.ask(`metric=requests&stat=sum&step=1m${range(T0 + 2 * HOUR, T0 + 5 * HOUR)}`));
      const hours = valuesOf(await one.ask(`metric=requests&stat=sum&step=1h${range(T0 + 2 * HOUR, T0 + 5 * HOUR)}`));
      expect(hours, state).toEqual([0, 1, 2].map((h) => sumOf(minutes.slice(h * 60, h * 60 + 60))));
    });
  });

  it('goes on from the reading before the range, at every step alike', async () => {
    const one = await rolledUp(readings({ from: T0 + HOUR - MINUTE, values: [100, 107, 109] }));
    const sparse = await rolledUp(
      readings({ from: T0 + HOUR - 30 * MINUTE, everyMs: 30 * MINUTE, values: [100, 107] }),
    );

    for (const step of ['1m', '1h', 'all']) {
      for (const each of [one, sparse]) await each.compact();
      const params = `metric=requests&stat=sum&step=${step}${range(T0 + HOUR, T0 + 2 * HOUR)}`;
      expect(sumOf(valuesOf(await one.ask(params))), step).toBe(9);
      expect(sumOf(valuesOf(await sparse.ask(params))), step).toBe(0); // what was before may be long ago
    }
  });

  it('has a rate per second, by the time that has passed', async () => {
    const one = await rolledUp(readings({ values: [0, 60, 120, 180, 240] }));

    const past = await one.ask(`metric=requests&stat=rate&step=all${range(T0, T0 + 4 * MINUTE)}`);
    const now = await one.ask(`metric=requests&stat=rate&step=1h${hour}`, T0 + 5 * MINUTE);

    expect(valuesOf(past)).toEqual([180 / 240]);
    expect(valuesOf(now)).toEqual([240 / 300]);
  });

  it('starts from the zero point that OTLP tells of', async () => {
    const one = await rolledUp([
      sample('requests', 'counter', T0 + 10 * S, 0),
      ...readings({ from: T0 + MINUTE, values: [7, 9] }),
    ]);

    expect(valuesOf(await one.ask(`metric=requests&stat=sum&step=all${hour}`))).toEqual([9]);
  });

  it('of deltas adds up what came', async () => {
    const one = await rolledUp(
      readings({ kind: 'delta', values: [3, 4, 5] }),
      readings({ kind: 'delta', values: [3] }),
    );

    await inBothStates(one, async (state) => {
      expect(valuesOf(await one.ask(`metric=requests&stat=sum&step=all${hour}`)), state).toEqual([12]);
    });
  });
});

describe('a gauge', () => {
  const GIB = 2 ** 30;
  const vram = Array.from({ length: 8 }, (_, gpu) =>
    readings({
      metric: 'gpu.memoryUsed',
      kind: 'gauge',
      everyMs: 15 * S,
      values: Array.from({ length: 240 * 3 }, () => 10 * GIB),
      labels: { gpu: String(gpu), host: 'a' },
    }),
  ).flat();

  it('of eight GPUs scraped every 15 s sums to eight GPUs', async () => {
    const one = await rolledUp(vram);
    await inBothStates(one, async (state) => {
      for (const step of ['1m', '5m', '1h', '1d', 'all']) {
        const answer = await one.ask(`metric=gpu.memoryUsed&stat=sum&step=${step}${range(T0, T0 + 3 * HOUR)}`);
        expect(valuesOf(answer).slice(0, 3), `${state} ${step}`).toEqual(
          valuesOf(answer)
            .slice(0, 3)
            .map(() => 80 * GIB),
        );
      }
      const byHost = await one.ask(
        `metric=gpu.memoryUsed&stat=sum,count,avg&groupBy=host&step=all${range(T0, T0 + 3 * HOUR)}`,
      );
      expect(
        byHost.series.map(({ points }) => points[0]![1]),
        state,
      ).toEqual([80 * GIB, 8, 10 * GIB]);
    });
  });

  it('has its extremes and its last value', async () => {
    const one = await rolledUp(readings({ kind: 'gauge', values: [5, -3, 9, 4] }));
    await inBothStates(one, async (state) => {
      const answer = await one.ask(`metric=requests&stat=min,max,avg,last&step=all${hour}`);
      expect(
        answer.series.map(({ points }) => points[0]![1]),
        state,
      ).toEqual([-3, 9, 3.75, 4]);
    });
  });

  it('counts the same points in another batch once', async () => {
    const samples = readings({ kind: 'gauge', values: [1, 2, 6] });
    const one = await rolledUp(samples, samples.slice(1), samples.slice(2));
    await one.compact();
    await one.send({ samples });
    await one.roll();
    await inBothStates(one, async (state) => {
      expect(valuesOf(await one.ask(`metric=requests&stat=avg&step=all${hour}`)), state).toEqual([3]);
    });
  });

  it('told in two ways at one moment is the greater, before compaction and after', async () => {
    const one = await rolledUp([sample('m', 'gauge', T0, 3)]);
    await one.compact();
    await one.send({ samples: [sample('m', 'gauge', T0, 8)] });
    await one.roll();
    await inBothStates(one, async (state) => {
      expect(valuesOf(await one.ask(`metric=m&stat=max&step=all${hour}`)), state).toEqual([8]);
    });
  });
});

describe('two Prometheus servers that scrape the same target', () => {
  /** Each reads the counter, which grows by 1 a second, every 15 s; the second one 7 s later and with a gap. */
  const scraped = (replica: string, offset: number, isDown: (ms: number) => boolean) =>
    Array.from({ length: 240 }, (_, i) => i * 15 * S + offset)
      .filter((ms) => !isDown(ms))
      .map((ms) => sample('requests', 'counter', T0 + ms, 1000 + ms / S, { job: 'api', __replica__: replica }));
  const isGap = (ms: number) => ms > 10 * MINUTE && ms < 30 * MINUTE;
  const never = () => false;

  it.each([
    ['the second', scraped('a', 0, never), scraped('b', 7 * S, isGap)],
    ['the first', scraped('a', 0, isGap), scraped('b', 7 * S, never)],
    ['neither', scraped('a', 0, never), scraped('b', 7 * S, never)],
  ])('count once when %s has a gap', async (_, a, b) => {
    const one = await rolledUp(b, a);
    await inBothStates(one, async (state) => {
      for (const step of ['1m', '5m', '1h', 'all']) {
        const values = valuesOf(await one.ask(`metric=requests&stat=sum&step=${step}${hour}`));
        expect(Math.abs(sumOf(values) - 3585), `${state} ${step}: ${sumOf(values)}`).toBeLessThanOrEqual(15);
        if (step === '1m') expect(Math.max(...values.map(Number)), state).toBeLessThanOrEqual(75);
      }
      const answer = await one.ask(`metric=requests&stat=count&groupBy=job&step=all${hour}`);
      expect(byLabel(answer, 'job')).toEqual({ api: 1 });
    });
  });

  it('see a restart of the target once', async () => {
    const value = (ms: number) => (ms < 20 * MINUTE ? 5000 + ms / S : (ms - 20 * MINUTE) / S);
    const readingsOf = (replica: string, offset: number, isDown: (ms: number) => boolean) =>
      scraped(replica, offset, isDown).map((each) => ({ ...each, value: value(each.timestamp - T0) }));
    const one = await rolledUp(
      readingsOf('a', 0, (ms) => ms > 25 * MINUTE),
      readingsOf('b', 7 * S, (ms) => ms < 15 * MINUTE),
    );
    await inBothStates(one, async (state) => {
      for (const step of ['1m', 'all']) {
        const total = sumOf(valuesOf(await one.ask(`metric=requests&stat=sum&step=${step}${hour}`)));
        if (step === '1m') expect(Math.abs(total - 3585), `${state} ${step}: ${total}`).toBeLessThanOrEqual(30);
        else expect(total, `${state} ${step}`).toBeLessThanOrEqual(3600);
      }
    });
  });

  it('of gauges count once', async () => {
    const gauges = ['a', 'b'].map((replica, i) =>
      readings({
        metric: 'm',
        kind: 'gauge',
        from: T0 + i * 7 * S,
        everyMs: 15 * S,
        values: [4, 4, 4, 4],
        labels: { __replica__: replica },
      }),
    );
    const one = await rolledUp(...gauges);
    await inBothStates(one, async (state) => {
      expect(valuesOf(await one.ask(`metric=m&stat=sum&step=all${hour}`)), state).toEqual([4]);
    });
  });
});

describe('samples that come late', () => {
  const SHORT = { minuteDays: 2, hourDays: 400, dayDays: 400 };
  const LATER = T0 + 4 * DAY;

  it('join the hour whose points are gone, before compaction and after', async () => {
    const one = await rolledUp(
      readings({ values: [100, 110, 120] }),
      readings({ metric: 'm', kind: 'gauge', values: [1, 3] }),
    );
    await one.compact();
    await one.expire(SHORT, LATER);
    await one.send({
      samples: [
        sample('requests', 'counter', T0 + 90 * S, 115),
        sample('requests', 'counter', T0 + 10 * MINUTE, 150),
        sample('m', 'gauge', T0 + 5 * MINUTE, 8),
      ],
    });
    await one.roll(LATER);
    for (const state of ['loose', 'compacted']) {
      const ask = (params: string) => one.ask(`${params}${range(T0, T0 + HOUR)}`, LATER);
      expect(valuesOf(await ask('metric=requests&stat=sum&step=1h')), state).toEqual([50]);
      expect(valuesOf(await ask('metric=m&stat=avg&step=1h')), state).toEqual([4]);
      const day = await one.ask(`metric=requests&stat=sum&step=1d${range(T0, T0 + DAY)}`, LATER);
      expect(valuesOf(day), state).toEqual([50]);
      await one.compact(LATER);
    }
  });

  it('are there while compaction moves them', async () => {
    const one = await rolledUp(readings({ metric: 'service.requests', values: [0, 5, 9] }));
    const { rollups } = one.ports();
    const list = rollups.list;
    rollups.list = async (query) => {
      const listed = await list(query);
      rollups.list = list;
      await one.compact(); // right after the first listing of the query
      return listed;
    };

    expect(valuesOf(await one.ask(`metric=service.requests&stat=sum&step=1m${range(T0, T0 + 3 * MINUTE)}`))).toEqual([
      0, 5, 4,
    ]);
  });
});

describe('a ratio of samples', () => {
  const requests = (service: string, status: string, values: readonly number[]) =>
    readings({ metric: 'service.requests', values, labels: { service, status } });

  it('is 0 for a service of which no failed request was ever counted', async () => {
    const one = await rolledUp([
      ...requests('good', '200', [0, 50, 100]),
      ...requests('bad', '200', [0, 30, 60]),
      ...requests('bad', '503', [0, 20, 40]),
    ]);
    await inBothStates(one, async (state) => {
      const answer = await one.ask(`metric=service.errorRatio&groupBy=service&step=all${hour}`);
      expect(byLabel(answer, 'service'), state).toEqual({ good: 0, bad: 0.4 });
    });
  });

  it('is 0 in a minute without failures, null where nothing was counted', async () => {
    const one = await rolledUp([
      ...requests('api', '200', [0, 10, 20]),
      ...readings({ metric: 'service.requests', values: [0, 10], labels: { service: 'api', status: '500' } }),
    ]);

    const answer = await one.ask(`metric=service.errorRatio&step=1m${range(T0, T0 + 4 * MINUTE)}`);

    expect(valuesOf(answer)).toEqual([null, 0.5, 0, null]);
  });

  it('of a whole that only its parts tell divides by their sum', async () => {
    const gauge = (metric: string, value: number) => readings({ metric, kind: 'gauge', values: [value, value] });
    const one = await rolledUp([...gauge('gpu.memoryUsed', 30), ...gauge('gpu.memoryFree', 10)]);

    expect(valuesOf(await one.ask(`metric=gpu.memoryInUse&step=all${hour}`))).toEqual([75]);
  });

  it('is unknown where the numerator is no part of the denominator', async () => {
    const one = await rolledUp(readings({ metric: 'gpu.memoryFree', kind: 'gauge', values: [10] }));

    const answer = await one.ask(`metric=gpu.memoryInUse&step=all${hour}`);

    expect(answer.series).toEqual([]);
    expect(answer.note).toMatch(/no data/);
  });
});

describe('samples that the catalogue does not know', () => {
  it('are queried under their own name, by their labels', async () => {
    const one = await rolledUp(
      readings({ metric: 'my_jobs', kind: 'gauge', values: [4], labels: { queue: 'a:1', zone: 'x' } }),
      readings({ metric: 'my_jobs', kind: 'gauge', values: [6], labels: { queue: 'b', zone: 'x' } }),
    );
    await inBothStates(one, async (state) => {
      const answer = await one.ask(`metric=my_jobs&groupBy=queue&filter=zone:x&step=all${hour}`);
      expect(byLabel(answer, 'queue'), state).toEqual({ 'a:1': 4, b: 6 });
      expect(valuesOf(await one.ask(`metric=my_jobs&filter=queue:a:1&step=all${hour}`)), state).toEqual([4]);
      const { metrics } = await one.catalog();
      expect(
        metrics.find(({ name }) => name === 'my_jobs'),
        state,
      ).toMatchObject({ kind: 'gauge', defaultStat: 'avg' });
      expect((await one.values('queue', range(T0, NOW).slice(1))).values, state).toEqual(['a:1', 'b']);
    });
  });

  it('that are parts of a histogram are one metric', async () => {
    const parts = [0, 1].flatMap((i) => [
      sample('my_time_bucket', 'counter', T0 + i * MINUTE, 10 * i, { le: '1' }),
      sample('my_time_bucket', 'counter', T0 + i * MINUTE, 20 * i, { le: '+Inf' }),
      sample('my_time_sum', 'counter', T0 + i * MINUTE, 30 * i),
      sample('my_time_count', 'counter', T0 + i * MINUTE, 20 * i),
    ]);
    const one = await rolledUp(parts);
    await inBothStates(one, async (state) => {
      expect(valuesOf(await one.ask(`metric=my_time&stat=p25&step=all${hour}`)), state).toEqual([0.5]);
      const names = (await one.catalog()).metrics.map(({ name }) => name).filter((name) => name.startsWith('my_'));
      expect(names, state).toEqual(['my_time']);
    });
  });

  it('do not list a series that has nothing in the range', async () => {
    const one = await rolledUp(
      readings({ metric: 'm', kind: 'gauge', values: [4], labels: { host: 'a' } }),
      readings({ metric: 'm', kind: 'gauge', from: T0 + 5 * HOUR, values: [4], labels: { host: 'b' } }),
    );
    await inBothStates(one, async (state) => {
      const answer = await one.ask(`metric=m&groupBy=host&step=1h${range(T0, T0 + 2 * HOUR)}`);
      expect(
        answer.series.map(({ labels }) => labels.host),
        state,
      ).toEqual(['a']);
    });
  });
});
