import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RollupStore } from '../../core/ports.ts';
import { mergeBlocks } from '../../core/rollups/builder.ts';
import { decodeBlock } from '../../core/rollups/codec.ts';
import { emptyContent } from '../../core/telemetry/batch.ts';
import type { ModelEvent } from '../../core/telemetry/events.ts';
import { DAY, expiryFamily, familyOf, HOUR, MINUTE, stepsOf } from '../../core/telemetry/families.ts';
import { applyBatches } from '../../core/usecases/rollUp.ts';
import { rowsOf } from '../core/rollups/arbitraries.ts';
import { byLabel, call, LONG_MS, NOW, range, runs, sample, T0, valuesOf, type World, world } from './world.ts';

const event: fc.Arbitrary<ModelEvent> = fc
  .record(
    {
      timestamp: fc.integer({ min: 0, max: 30 * HOUR }).map((ms) => T0 + ms),
      deployment: fc.constantFrom('chat', 'embed'),
      team: fc.constantFrom('search', 'ads'),
      client: fc.constantFrom('c1', 'c2', 'c3'),
      endpoint: fc.constantFrom('/a', '/b'),
      status: fc.constantFrom('ok', 'ok', 'error', 'timeout'),
      latencyMs: fc.integer({ min: 0, max: 100_000 }),
      inputTokens: fc.integer({ min: 0, max: 100_000 }),
      outputTokens: fc.integer({ min: 0, max: 5_000 }),
      costUsd: fc.integer({ min: 0, max: 1_000_000 }).map((microUsd) => microUsd / 1e6),
      features: fc.constantFrom<Record<string, number | string | boolean>>(
        { age: 4, colour: 'red' },
        { age: -2.5 },
        { colour: 'blue', vip: true },
      ),
    },
    { requiredKeys: ['timestamp', 'deployment', 'team', 'status', 'latencyMs'] },
  )
  .map((more) => call(more));
const events = fc.array(event, { minLength: 1, maxLength: 80 });

/** Everything at one step of every family, block by block merged: what a query can know. */
const content = async ({ store, ports }: World, stepsMs: readonly number[]) => {
  const found: Record<string, unknown> = {};
  for (const family of await store.families()) {
    for (const stepMs of stepsMs) {
      const listed = await store.list({ family, stepMs, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER });
      const blocks = (await store.read(listed.map(({ id }) => id))).map((bytes) =>
        decodeBlock(bytes!, ports().compression),
      );
      if (blocks.length > 0) found[`${family} ${stepMs}`] = rowsOf(mergeBlocks(blocks)).map(withoutNoise);
    }
  }
  return found;
};

/** Sums of decimals may differ in their last bits. */
const withoutNoise = (row: Record<string, unknown>) =>
  JSON.parse(JSON.stringify(row), (_, value) => (typeof value === 'number' ? Number(value.toPrecision(10)) : value));

const FINE = [1, MINUTE, 5 * MINUTE, HOUR];
const COARSE = [HOUR, DAY];

/** Cuts a list at the given places. */
const cut = <T>(list: readonly T[], places: readonly number[]): T[][] => {
  const at = [...new Set(places.map((place) => place % (list.length + 1)))].sort((a, b) => a - b);
  return [...at, list.length]
    .map((end, i) => list.slice(i === 0 ? 0 : at[i - 1], end))
    .filter((part) => part.length > 0);
};

describe('rolling up', () => {
  it(
    'gives the same rollups for the same events in any order and any batches',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          events.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
          fc.array(fc.nat(), { maxLength: 6 }),
          fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
          async ([all, shuffled], places, rollsAfter) => {
            const [one, other] = [world(), world()];
            await one.send({ events: all });
            await one.roll();
            for (const [i, batch] of cut(shuffled, places).entries()) {
              await other.send({ events: batch });
              if (rollsAfter[i]) await other.roll();
              if (rollsAfter[i] && i % 2 === 0) await other.compact();
            }
            await other.roll();
            await other.compact();
            expect(await content(other, FINE.slice(0, 3))).toEqual(await content(one, FINE.slice(0, 3)));
            await one.compact();
            expect(await content(other, COARSE)).toEqual(await content(one, COARSE));
          },
        ),
        runs(15, 150),
      );
    },
    LONG_MS,
  );

  it(
    'changes nothing when batches come again, whether before or after compaction',
    async () => {
      await fc.assert(
        fc.asyncProperty(events, events, async (a, b) => {
          const one = world();
          await one.send({ events: a }, 'a');
          await one.send({ events: b }, 'b');
          await one.roll();
          const before = await content(one, FINE.slice(0, 3));
          await one.redeliver({ events: a }, 'a');
          expect(await content(one, FINE.slice(0, 3))).toEqual(before);
          await one.compact();
          const compacted = await content(one, COARSE);
          await one.redeliver({ events: b }, 'b');
          await one.restart();
          await one.redeliver({ events: a }, 'a');
          await one.compact();
          expect(await content(one, COARSE)).toEqual(compacted);
          expect(await content(one, FINE.slice(0, 3))).toEqual(before);
        }),
        runs(10, 150),
      );
    },
    LONG_MS,
  );

  it('counts a redelivery with new batches beside it once, and those too', async () => {
    const one = world();
    await one.send({ events: [call()] }, 'a');
    await one.roll();
    const { log } = one.ports();
    await one.send({ events: [call(), call()] }, 'b');

    await one.redeliver({ events: [call()] }, 'a');
    await one.roll();

    expect(await log.backlog()).toBe(0);
    expect(valuesOf(await one.ask(`metric=inference.requests&stat=sum&step=all${range(T0, T0 + HOUR)}`))).toEqual([3]);
  });

  it('counts a batch once that comes twice in one round, as a queue may deliver it', async () => {
    const one = world();
    const batch = { id: 'a', receivedAt: NOW, content: { ...emptyContent(), events: [call()] } };

    await applyBatches(one.ports())([batch, { ...batch, id: 'b' }, batch], NOW);

    expect(valuesOf(await one.ask(`metric=inference.requests&stat=sum&step=all${range(T0, T0 + HOUR)}`))).toEqual([2]);
  });

  it('takes no more batches at once than the store does', async () => {
    const sizes: number[] = [];
    const one = world({
      wrap: (store) => ({
        ...store,
        maxBatches: 3,
        apply(change) {
          sizes.push(change.batchIds.length);
          return store.apply(change);
        },
      }),
    });
    for (let i = 0; i < 8; i++) await one.send({ events: [call()] });

    await one.roll();

    expect(sizes).toEqual([3, 3, 2]);
    expect(valuesOf(await one.ask(`metric=inference.requests&stat=sum&step=all${range(T0, T0 + HOUR)}`))).toEqual([8]);
  });

  it('makes good a crash between the rollup and the mark in the log', async () => {
    const one = world();
    const { log } = one.ports();
    await one.send({ events: [call(), call()] }, 'a');
    const mark = log.markRolled;
    log.markRolled = async () => {
      throw new Error('killed');
    };
    await expect(one.roll()).rejects.toThrow('killed');
    log.markRolled = mark;
    one.restart();
    await one.send({ events: [call()] }, 'b');

    await one.roll();

    expect(await log.backlog()).toBe(0);
    expect(valuesOf(await one.ask(`metric=inference.requests&stat=sum&step=all${range(T0, T0 + HOUR)}`))).toEqual([3]);
  });

  it('makes good a crash before anything was applied', async () => {
    let isBroken = true;
    const one = world({
      wrap: (store) => ({
        ...store,
        apply: async (change) => {
          if (isBroken) throw new Error('killed');
          return store.apply(change);
        },
      }),
    });
    await one.send({ events: [call(), call()] });
    await expect(one.roll()).rejects.toThrow('killed');
    isBroken = false;

    await one.roll();

    expect(valuesOf(await one.ask(`metric=inference.requests&stat=sum&step=all${range(T0, T0 + HOUR)}`))).toEqual([2]);
  });

  it('leaves out a batch that somebody else applied at the same moment', async () => {
    const one = world({
      wrap: (store) => ({
        ...store,
        applied: async () => [], // what was true when it was asked
      }),
    });
    await one.send({ events: [call()] }, 'a');
    await one.roll();

    await one.redeliver({ events: [call()] }, 'a');

    expect(valuesOf(await one.ask(`metric=inference.requests&stat=sum&step=all${range(T0, T0 + HOUR)}`))).toEqual([1]);
  });

  it('keeps whole-number sums exact and decimal ones to 1e-9 through every step', async () => {
    const one = world();
    const costs = Array.from({ length: 300 }, (_, i) => 0.1 + (i % 17) / 1e6);
    for (const [i, costUsd] of costs.entries()) {
      await one.send({ events: [call({ timestamp: T0 + i * 4 * MINUTE, costUsd, inputTokens: 1_000_003 + i })] });
      if (i % 50 === 0) {
        await one.roll();
        await one.compact();
      }
    }
    await one.roll();
    await one.compact();
    const exact = costs.reduce((sum, cost) => sum + cost, 0);

    for (const step of ['1d', 'all']) {
      const ask = (metric: string) =>
        one.ask(`metric=${metric}&stat=sum&step=${step}${range(T0, T0 + DAY)}`).then((answer) => valuesOf(answer)[0]!);
      expect(Math.abs((await ask('inference.cost')) / exact - 1)).toBeLessThan(1e-9);
      expect(await ask('inference.inputTokens')).toBe(300 * 1_000_003 + (300 * 299) / 2);
    }
  });
});

const SHORT = { minuteDays: 2, hourDays: 4, dayDays: 400 };
/** Days after T0 when the minutes of T0's day are gone; when its hours are gone too. */
const MINUTES_GONE = T0 + 4 * DAY;
const HOURS_GONE = T0 + 6 * DAY;
const requests = async (one: World, step: string, nowMs = MINUTES_GONE) =>
  valuesOf(await one.ask(`metric=inference.requests&stat=sum&step=${step}${range(T0, T0 + DAY)}`, nowMs));

describe('late data', () => {
  it('lands in its own minute, and in the hour and the day once compacted', async () => {
    const one = world();
    await one.send({ events: [call({ timestamp: T0 + 90 * MINUTE })] });
    await one.roll();
    await one.compact();
    await one.send({ events: [call({ timestamp: T0 + 91 * MINUTE }), call({ timestamp: T0 + 90 * MINUTE })] });
    await one.roll(NOW + HOUR);

    for (const state of ['loose', 'compacted']) {
      const minutes = await one.ask(
        `metric=inference.requests&stat=sum&step=1m${range(T0 + 89 * MINUTE, T0 + 92 * MINUTE)}`,
      );
      expect(valuesOf(minutes), state).toEqual([null, 2, 1]);
      expect((await requests(one, '1h'))[1], state).toBe(3);
      expect(await requests(one, '1d'), state).toEqual([3]);
      await one.compact();
    }
  });

  it('lands in its hour when its minutes are gone, and in its day when its hours are', async () => {
    const one = world();
    await one.send({ events: [call({ timestamp: T0 + 90 * MINUTE, latencyMs: 5 })] });
    await one.roll();
    await one.compact();
    await one.expire(SHORT, MINUTES_GONE);
    expect(
      await one.store.list({ family: 'inference.deployment', stepMs: MINUTE, fromMs: T0, toMs: T0 + DAY }),
    ).toEqual([]);

    await one.send({ events: [call({ timestamp: T0 + 100 * MINUTE, latencyMs: 7 })] }, 'late');
    await one.roll(MINUTES_GONE);
    for (const state of ['loose', 'compacted']) {
      expect((await requests(one, '1h'))[1], state).toBe(2);
      expect(await requests(one, '1d'), state).toEqual([2]);
      await one.compact(MINUTES_GONE);
    }
    await one.expire(SHORT, HOURS_GONE);
    await one.send({ events: [call({ timestamp: T0 + 200 * MINUTE, latencyMs: 9 })] }, 'later');
    await one.redeliver({ events: [call({ timestamp: T0 + 100 * MINUTE, latencyMs: 7 })] }, 'late');
    await one.roll(HOURS_GONE);
    for (const state of ['loose', 'compacted']) {
      expect(await requests(one, '1d', HOURS_GONE), state).toEqual([3]);
      const latency = await one.ask(
        `metric=inference.latency&stat=min,max,avg&step=all${range(T0, T0 + DAY)}`,
        HOURS_GONE,
      );
      expect(
        latency.series.map(({ points }) => points[0]![1]),
        state,
      ).toEqual([5, 9, 7]);
      await one.compact(HOURS_GONE);
    }
  });

  it('is right across the boundary where minutes end', async () => {
    const one = world();
    const days = [0, 1, 2, 3].flatMap((day) =>
      Array.from({ length: 48 }, (_, i) =>
        call({ timestamp: T0 + day * DAY + i * 30 * MINUTE, latencyMs: day * 100 + i }),
      ),
    );
    await one.send({ events: days });
    await one.roll(MINUTES_GONE);
    await one.compact(MINUTES_GONE);
    const ask = (step: string) =>
      one.ask(`metric=inference.requests&stat=sum&step=${step}${range(T0, T0 + 4 * DAY)}`, MINUTES_GONE);
    const before = {
      hours: valuesOf(await ask('1h')),
      days: valuesOf(await ask('1d')),
      all: valuesOf(await ask('all')),
    };

    await one.expire(SHORT, MINUTES_GONE);

    expect(valuesOf(await ask('1h'))).toEqual(before.hours);
    expect(valuesOf(await ask('1d'))).toEqual(before.days);
    expect(valuesOf(await ask('all'))).toEqual([192]);
    const minutes = await ask('1m');
    expect(minutes.step_s).toBe(3600);
    expect(minutes.note).toMatch(/kept in steps of 60 min/);
    expect(valuesOf(minutes)).toEqual(before.hours);
    const kept = await one.ask(
      `metric=inference.requests&stat=sum&step=1m${range(T0 + 3 * DAY, T0 + 3 * DAY + HOUR)}`,
      MINUTES_GONE,
    );
    expect(kept.step_s).toBe(60);
  });

  it('is not lost when it was rolled up just before its minutes were dropped', async () => {
    const one = world();
    await one.send({ events: [call({ timestamp: T0 + 90 * MINUTE })] });
    await one.roll();
    await one.compact();
    const { rollups } = one.ports();
    await one.send({ events: [call({ timestamp: T0 + 100 * MINUTE })] });
    const apply = rollups.apply;
    rollups.apply = async (change) => {
      await one.expire(SHORT, MINUTES_GONE); // between reading what is expired and applying
      return apply(change);
    };
    await one.roll(MINUTES_GONE);

    await one.compact(MINUTES_GONE);

    expect((await requests(one, '1h'))[1]).toBe(2);
    expect(await requests(one, '1d')).toEqual([2]);
  });

  it('holds back the end of its minutes while it waits for compaction', async () => {
    const one = world();
    await one.send({ events: [call()], samples: [sample('m', 'gauge', T0, 4), sample('m', 'gauge', T0 + MINUTE, 6)] });
    await one.roll();
    await one.compact();
    await one.send({ events: [call()], samples: [sample('m', 'gauge', T0 + 2 * MINUTE, 8)] });
    await one.roll();

    await one.expire(SHORT, MINUTES_GONE);
    await one.compact(MINUTES_GONE);
    await one.expire(SHORT, MINUTES_GONE);

    expect(await requests(one, '1d')).toEqual([2]);
    expect(valuesOf(await one.ask(`metric=m&stat=avg&step=1d${range(T0, T0 + DAY)}`, MINUTES_GONE))).toEqual([6]);
  });
});

describe('compaction', () => {
  it('leaves what came while it read for the next time', async () => {
    const one = world();
    await one.send({ events: [call()] });
    await one.roll();
    await one.send({ events: [call()] });
    const { rollups } = one.ports();
    const list = rollups.list;
    let listings = 0;
    rollups.list = async (query) => {
      const listed = await list(query);
      if (query.family === 'inference.team' && ++listings === 1) await one.roll(); // comes in just now
      return listed;
    };

    await one.compact();
    expect(await requests(one, 'all')).toEqual([2]);
    await one.compact();

    expect(await requests(one, 'all')).toEqual([2]);
    expect(await requests(one, '1d')).toEqual([2]);
    expect(await one.store.loosePartitions()).toEqual([]);
  });

  it('that happens twice at once counts once', async () => {
    const one = world();
    for (let i = 0; i < 4; i++) {
      await one.send({
        events: [call({ timestamp: T0 + i * HOUR })],
        samples: [sample('m', 'counter', T0 + i * MINUTE, i)],
      });
      await one.roll();
    }

    await Promise.all([one.compact(), one.compact()]);
    await one.compact();

    expect(await requests(one, '1d')).toEqual([4]);
    expect(valuesOf(await one.ask(`metric=m&stat=sum&step=1d${range(T0, T0 + DAY)}`))).toEqual([3]);
    expect(
      await one.store.list({ family: 'inference.deployment', stepMs: DAY, fromMs: T0, toMs: T0 + DAY }),
    ).toHaveLength(1);
  });

  it('counts once whatever of it is dropped meanwhile, and whenever', async () => {
    /** Compacts late events while another process, which had not seen them, expires: after so many calls of the store. */
    const compactWith = async (callsBefore: number): Promise<boolean> => {
      let left = Number.POSITIVE_INFINITY;
      const one = world({
        wrap: (store) =>
          new Proxy(store, {
            get: (target, name: keyof RollupStore) => {
              const method = target[name];
              if (typeof method !== 'function') return method;
              return async (...args: never[]) => {
                const answer = await (method as (...args: never[]) => unknown)(...args);
                if (--left === 0) await dropMinutes(store);
                return answer;
              };
            },
          }),
      });
      const batch = () => ({ events: [call({ timestamp: T0 + MINUTE })], samples: [sample('n', 'delta', ++time, 1)] });
      let time = T0;
      await one.send(batch());
      await one.roll();
      await one.compact();
      await one.send(batch());
      await one.roll();

      left = callsBefore;
      await one.compact(MINUTES_GONE);
      const wasDropped = left <= 0;
      await one.compact(MINUTES_GONE);

      for (const step of ['1h', '1d'] as const) expect((await requests(one, step))[0], `${callsBefore}`).toBe(2);
      const asked = `metric=n&stat=sum&step=1d${range(T0, T0 + DAY)}`;
      expect(valuesOf(await one.ask(asked, MINUTES_GONE)), `${callsBefore}`).toEqual([2]);
      return wasDropped;
    };
    const dropMinutes = async (store: RollupStore) => {
      for (const family of new Set((await store.families()).map(expiryFamily))) {
        const [stepMs] = stepsOf(familyOf(family));
        if (stepMs! < HOUR) await store.expire({ family, stepMs: stepMs!, fromMs: 0, beforeMs: T0 + DAY });
      }
    };

    let calls = 1;
    while (await compactWith(calls)) calls++;

    expect(calls).toBeGreaterThan(50);
  });

  it('takes nothing for new that is marked as dropped and not dropped yet', async () => {
    const one = world();
    await one.send({ events: [call()] });
    await one.roll();
    await one.compact();
    await one.send({ events: [call()] });
    await one.roll();
    const { rollups } = one.ports();
    const expiredBefore = rollups.expiredBefore;
    rollups.expiredBefore = async (step) => (step.stepMs < HOUR ? T0 + DAY : expiredBefore(step));

    await one.compact(MINUTES_GONE);

    expect((await requests(one, '1h'))[0]).toBe(2);
    expect(await requests(one, '1d')).toEqual([2]);
  });

  it('keeps to one block for each partition', async () => {
    const one = world();
    for (let i = 0; i < 5; i++) {
      await one.send({ events: [call({ timestamp: T0 + i * MINUTE })] });
      await one.roll();
    }
    await one.compact();

    const blocks = await one.store.list({ family: 'inference.deployment', stepMs: MINUTE, fromMs: T0, toMs: T0 + DAY });

    expect(blocks.map(({ loose }) => loose)).toEqual([false]);
  });
});

describe('too many values', () => {
  const clients = (names: readonly string[]) => ({ events: names.map((client) => call({ client })) });
  const ask = (one: World, metric: string, groupBy: string) =>
    one.ask(`metric=${metric}&stat=sum&groupBy=${groupBy}&step=all${range(T0, T0 + HOUR)}`);

  it('fold into one, without changing the total, and each fold is counted', async () => {
    const one = world({ limits: { valuesPerClient: 2 } });
    await one.send(clients(['a', 'b', 'c', 'd', 'c', 'a']));
    await one.roll();
    await one.send(clients(['e', 'b']));
    await one.roll();

    expect(byLabel(await ask(one, 'inference.requests', 'client'), 'client')).toEqual({ a: 2, b: 2, __other__: 4 });
    const folded = await one.ask(
      `metric=modelmeter.folded&stat=sum&groupBy=family,dimension&filter=family:inference.client&step=all${range(T0, T0 + HOUR)}`,
    );
    expect(folded.series.map(({ labels, points }) => [labels.dimension, points[0]![1]])).toEqual([['client', 4]]);
    expect(valuesOf(await one.ask(`metric=inference.requests&stat=sum&step=all${range(T0, T0 + HOUR)}`))).toEqual([8]);
  });

  it('are known again after a restart', async () => {
    const one = world({ limits: { valuesPerClient: 2 } });
    const samples = ['a', 'b'].map((host, i) => sample('m', 'gauge', T0 + i, 1, { host }));
    await one.send({ ...clients(['a', 'b']), samples });
    await one.roll();
    await one.compact();
    one.restart();
    await one.send({
      ...clients(['c', 'a', 'b']),
      samples: samples.map((each) => ({ ...each, timestamp: T0 + MINUTE })),
    });
    await one.roll();

    expect(byLabel(await ask(one, 'inference.requests', 'client'), 'client')).toEqual({ a: 2, b: 2, __other__: 1 });
    expect(byLabel(await ask(one, 'm', 'host'), 'host')).toEqual({ a: 1, b: 1 });
  });

  it('of series fold in every dimension that has one', async () => {
    const one = world({ limits: { seriesPerFamily: 2 } });
    await one.send({ events: ['a', 'b', 'c', 'd'].map((team) => call({ team })) });
    await one.roll();

    expect(byLabel(await ask(one, 'inference.requests', 'team'), 'team')).toEqual({ a: 1, b: 1, __other__: 2 });
  });

  it('of running totals are left out, with a note, since together they would mean nothing', async () => {
    const one = world({ limits: { valuesPerClient: 1 } });
    const samples = ['a', 'b', 'c'].flatMap((host, h) =>
      [0, 1, 2].map((i) => sample('service.requests', 'counter', T0 + i * MINUTE + h, 1000 * h + i, { host })),
    );
    await one.send({ samples });
    await one.roll();

    const answer = await ask(one, 'service.requests', 'host');

    expect(byLabel(answer, 'host')).toEqual({ a: 2 });
    expect(answer.note).toMatch(/over the limit/);
  });

  it('of labels of samples are counted', async () => {
    const one = world({ limits: { valuesPerClient: 2 } });
    const samples = ['a', 'b', 'c', 'd'].flatMap((host) =>
      [0, 1, 2].map((i) => sample('m', 'gauge', T0 + i * MINUTE, 1, { host })),
    );
    await one.send({ samples });
    await one.roll();

    const folded = await one.ask(`metric=modelmeter.folded&stat=sum&groupBy=dimension&step=all${range(T0, T0 + HOUR)}`);
    expect(byLabel(folded, 'dimension')).toEqual({ m: 6 });
  });
});
