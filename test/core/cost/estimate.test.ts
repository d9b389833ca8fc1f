import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate } from '../../../core/cost/estimate/allocate.ts';
import { type EstimateInput, estimate } from '../../../core/cost/estimate/estimate.ts';
import { repriced } from '../../../core/cost/estimate/reprice.ts';
import type { Capacity, Usage } from '../../../core/cost/estimate/types.ts';
import type { PriceBook } from '../../../core/cost/prices/book.ts';
import { PricesConfig } from '../../../core/cost/prices/configuration.ts';
import { standardPrices } from '../../../core/cost/prices/standard.ts';

const HOUR_MS = Date.UTC(2026, 10, 20, 9);
const PRICE = 4;
const TOKEN = 2e-6;
const prices: PriceBook = {
  list: () => [],
  quote(key) {
    const source = { source: 'a test', asOf: undefined };
    if (key.kind === 'instance')
      return key.instanceType === 'unknown' ? { usd: null, missing: 'no price of unknown' } : { usd: PRICE, ...source };
    if (key.kind === 'tokens')
      return key.provider === 'vllm' ? { usd: null, missing: 'runs on your own' } : { usd: TOKEN, ...source };
    return { usd: 0.1, ...source };
  },
};

const call = (of: Partial<Usage>): Usage => ({
  startMs: HOUR_MS,
  deployment: 'd',
  requests: 10,
  busyMs: 1000,
  tokens: {},
  reportedUsd: 0,
  reportedRequests: 0,
  ...of,
});
const host = (of: Partial<Capacity>): Capacity => ({
  startMs: HOUR_MS,
  resource: 'host-1',
  instanceType: 'g6e.12xlarge',
  region: 'eu-west-1',
  purchase: 'onDemand',
  instanceHours: 1,
  slots: undefined,
  deployments: [],
  ...of,
});
const input = (of: Partial<EstimateInput>): EstimateInput => ({
  usage: [],
  capacity: [],
  training: [],
  trainers: new Set(),
  quantities: [],
  prices,
  attributesAt: (deployment) => ({ team: `owner-of-${deployment}` }),
  ...of,
});

const name = fc.constantFrom('a', 'b', 'c');
const ratio = fc.double({ min: 0, max: 1, noNaN: true });
const slots = fc.integer({ min: 1, max: 8 }).chain((count) =>
  fc.array(
    fc.record({
      weight: fc.constant(1 / count),
      users: fc.uniqueArray(fc.record({ deployment: name, busyRatio: ratio }), { selector: (u) => u.deployment }),
      holders: fc.uniqueArray(fc.record({ deployment: name, held: fc.double({ min: 0, max: 8e10, noNaN: true }) }), {
        selector: (h) => h.deployment,
      }),
    }),
    { minLength: 0, maxLength: count },
  ),
);
const capacity = fc.record({
  slots: fc.option(slots, { nil: undefined }),
  instanceHours: ratio,
  deployments: fc.uniqueArray(name),
});
const usage = fc.record({
  deployment: name,
  team: fc.option(name, { nil: undefined }),
  client: fc.option(name, { nil: undefined }),
  busyMs: fc.nat({ max: 1e7 }),
  requests: fc.nat({ max: 1e5 }),
});

describe('the estimate', () => {
  it('shares out exactly what runs, whoever uses and holds it', () => {
    fc.assert(
      fc.property(fc.array(capacity, { maxLength: 5 }), fc.array(usage, { maxLength: 8 }), (hosts, calls) => {
        const entries = estimate(
          input({
            capacity: hosts.map((of, i) => host({ ...of, resource: `host-${i}` })),
            usage: calls.map((of) => call(JSON.parse(JSON.stringify(of)))),
          }),
        );
        for (const [i, { instanceHours }] of hosts.entries()) {
          const parts = entries.filter(({ labels }) => labels.resource === `host-${i}`);
          expect(parts.reduce((sum, { quantity }) => sum + quantity, 0)).toBeCloseTo(instanceHours, 9);
          expect(parts.reduce((sum, { cost }) => sum + cost!, 0)).toBeCloseTo(instanceHours * PRICE, 8);
          expect(parts.every(({ quantity }) => quantity >= 0)).toBe(true);
        }
      }),
    );
  });

  it('gives a GPU to who works on it, and its idle time to who holds its memory', () => {
    const half = {
      weight: 0.5,
      users: [{ deployment: 'a', busyRatio: 0.4 }],
      holders: [{ deployment: 'a', held: 40 }],
    };
    const free = { weight: 0.5, users: [], holders: [] };
    expect(allocate(host({ slots: [half, free] }), () => 0)).toEqual([
      { deployment: 'a', line: 'work', instanceHours: 0.2 },
      { deployment: 'a', line: 'idleHeld', instanceHours: 0.3 },
      { deployment: undefined, line: 'idle', instanceHours: 0.5 },
    ]);
  });

  it('scales down users of a shared GPU who each report the whole of its time', () => {
    const users = [
      { deployment: 'a', busyRatio: 0.9 },
      { deployment: 'b', busyRatio: 0.9 },
    ];
    expect(allocate(host({ slots: [{ weight: 1, users, holders: [] }] }), () => 0)).toEqual([
      { deployment: 'a', line: 'work', instanceHours: 0.5 },
      { deployment: 'b', line: 'work', instanceHours: 0.5 },
    ]);
  });

  it('charges work to who called, and what is held and idle to who owns the deployment', () => {
    const slot = { weight: 1, users: [{ deployment: 'd', busyRatio: 0.5 }], holders: [{ deployment: 'd', held: 1 }] };
    const entries = estimate(
      input({
        capacity: [host({ slots: [slot] })],
        usage: [call({ team: 'search', busyMs: 3000 }), call({ team: 'growth', busyMs: 1000 })],
      }),
    );
    expect(entries.map(({ labels, cost }) => [labels.line, labels.team, cost])).toEqual([
      ['work', 'search', 1.5],
      ['work', 'growth', 0.5],
      ['idleHeld', 'owner-of-d', 2],
    ]);
  });

  it('prices tokens of calls to an API, and not those served on what is paid for by the hour', () => {
    const tokens = { inputTokens: 1e6, outputTokens: 5e5 };
    const entries = estimate(
      input({
        usage: [
          call({ deployment: 'api', model: 'm', provider: 'aws.bedrock', tokens }),
          call({ deployment: 'own', model: 'm', provider: 'vllm', tokens }),
        ],
        capacity: [host({ deployments: ['own'] })],
      }),
    );
    expect(entries.map(({ labels, cost }) => [labels.deployment, labels.item, cost])).toEqual([
      ['own', 'instanceHours', PRICE],
      ['api', 'inputTokens', 2],
      ['api', 'outputTokens', 1],
    ]);
  });

  it('says what is missing where there is no price, and never takes it for nothing', () => {
    const entries = estimate(
      input({
        usage: [
          call({ deployment: 'own', provider: 'vllm', model: 'm', tokens: { inputTokens: 5 } }),
          call({ deployment: 'nameless', tokens: { inputTokens: 5 } }),
          call({ deployment: 'mystery' }),
        ],
        capacity: [host({ instanceType: 'unknown' }), host({ resource: 'host-2', instanceType: undefined })],
      }),
    );
    expect(entries.map(({ cost }) => cost)).toEqual([null, null, null, null, null]);
    expect(entries.map(({ missing }) => missing)).toEqual([
      'no price of unknown',
      'nothing says what instance type host-2 is',
      'runs on your own',
      'no model is named by the calls of nameless',
      'nothing says what mystery runs on, and its calls report no tokens and no cost',
    ]);
  });

  it('takes what senders said that calls cost, and prices the tokens of the others', () => {
    const entries = estimate(
      input({
        usage: [
          call({ model: 'm', provider: 'openai', tokens: { inputTokens: 1e6 }, reportedUsd: 3, reportedRequests: 4 }),
        ],
      }),
    );
    expect(entries.map(({ labels, quantity, cost }) => [labels.item, quantity, cost])).toEqual([
      ['reportedCost', 4, 3],
      ['inputTokens', 1e6, 2],
    ]);
  });

  it('counts training on its own instances, and not again where its host is counted', () => {
    const run = {
      startMs: HOUR_MS,
      job: 'j',
      status: 'completed',
      instanceType: 'ml.g5.xlarge',
      instanceHours: 3,
      reportedUsd: undefined,
      attributes: { deployment: 't', region: 'eu-west-1' },
    };
    const slot = { weight: 1, users: [{ deployment: 't', busyRatio: 1 }], holders: [] };
    const [alone] = estimate(input({ training: [run] }));
    expect(alone).toMatchObject({ cost: 3 * PRICE, labels: { operation: 'training', service: 'Amazon SageMaker' } });
    const together = estimate(
      input({ training: [run], trainers: new Set(['t']), capacity: [host({ slots: [slot] })] }),
    );
    expect(together.map(({ labels, cost }) => [labels.operation, labels.resource, cost])).toEqual([
      ['training', 'host-1', PRICE],
    ]);
  });

  it('comes out the same when it is priced anew at the same prices, and at others by the quantities alone', () => {
    const run = {
      startMs: HOUR_MS,
      job: 'j',
      status: 'completed',
      instanceType: 'ml.g5.2xlarge',
      instanceHours: 3,
      reportedUsd: undefined,
      attributes: { region: 'us-east-1', provider: 'aws.sagemaker' },
    };
    const api = { deployment: 'api', model: 'anthropic.claude-sonnet-4-20250514-v1:0', provider: 'aws.bedrock' };
    const all = input({
      prices: standardPrices(),
      usage: [
        call({ ...api, region: 'us-west-2', serviceTier: 'batch', tokens: { inputTokens: 1e6, cacheReadTokens: 5 } }),
        call({ ...api, region: 'us-west-2', reportedUsd: 3, reportedRequests: 4 }),
        call({ deployment: 'own', model: 'm', provider: 'vllm', team: 'x' }),
      ],
      capacity: [
        host({ region: 'us-east-1', deployments: ['own'] }),
        host({
          resource: 'spot',
          region: 'us-east-1',
          instanceType: 'g5.xlarge',
          purchase: 'spot',
          deployments: ['own'],
        }),
        host({ resource: 'gcp', region: 'us-central1', instanceType: 'a2-highgpu-1g', provider: 'gcp' }),
        host({ resource: 'odd', instanceType: undefined }),
      ],
      training: [run],
      quantities: [
        {
          startMs: HOUR_MS,
          resource: 'weights',
          key: { kind: 'storage', storageClass: 's3.standard', region: 'us-east-1' },
          quantity: 10,
          attributes: { region: 'us-east-1' },
        },
      ],
    });
    const before = estimate(all);
    expect(before.filter(({ cost }) => cost === null).map(({ labels }) => labels.resource ?? labels.item)).toEqual([
      'odd',
      'cacheReadTokens',
    ]);
    expect(repriced(before, standardPrices())).toEqual(before);

    const dear = standardPrices(PricesConfig.parse({ overrides: [{ instanceType: 'g6e.12xlarge', usd: 100 }] }));
    const after = repriced(before, dear);
    expect(after).toEqual(estimate({ ...all, prices: dear }));
    expect(after).not.toEqual(before);
  });
});
