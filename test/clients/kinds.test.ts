import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVENT_EXAMPLES } from '../../adapters/http/eventExamples.ts';
import type { EventKind } from '../../core/telemetry/events.ts';
import { type Product, startProduct } from './product.ts';

/** What one example of each kind amounts to. */
const TOLD: Record<EventKind, [metric: string, stat: string, value: number][]> = {
  inference: [
    ['inference.requests', 'count', 1],
    ['inference.latency', 'p95', 840],
    ['inference.inputTokens', 'sum', 1200],
    ['inference.outputTokens', 'sum', 310],
    ['inference.timeToFirstToken', 'max', 190],
    ['inference.errors', 'count', 0],
  ],
  outcome: [
    ['outcome.outcomes', 'count', 1],
    ['outcome.accuracyRatio', 'ratio', 1],
  ],
  training: [
    ['training.reports', 'count', 1],
    ['training.loss', 'last', 0.12],
    ['training.epoch', 'max', 3],
  ],
  deployment: [['deployments.changes', 'count', 1]],
  activity: [
    ['activity.actions', 'count', 1],
    ['usage.activeUsers', 'count', 1],
  ],
  security: [
    ['security.events', 'count', 1],
    ['security.risk', 'max', 0.4],
  ],
};

let product: Product;
beforeAll(async () => {
  product = await startProduct();
  for (const event of Object.values(EVENT_EXAMPLES)) {
    const headers = { 'Content-Type': 'application/json' };
    const { status } = await product.call('/v1/events', { method: 'POST', headers, body: JSON.stringify(event) });
    expect(status).toBe(202);
  }
  await product.settled();
});
afterAll(() => product.stop());

const json = async (path: string) => (await (await product.call(path)).json()) as Record<string, unknown>;

describe('The whole product', () => {
  it.each(Object.entries(TOLD))('answers what one event of kind %s told', async (_kind, expected) => {
    const told = [];
    for (const [metric, stat] of expected) told.push([metric, stat, await product.value(metric, stat)]);

    expect(told).toEqual(expected);
  });

  it('answers as CSV', async () => {
    const path = '/v1/query?metric=inference.outputTokens&stat=sum&groupBy=team&from=now-1h&step=all';
    const [header, row, ...more] = (await (await product.call(path, { headers: { Accept: 'text/csv' } })).text())
      .trim()
      .split('\n');

    expect(header).toBe('time,team,stat,value');
    expect(row).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z,support,sum,310$/);
    expect(more).toEqual([]);
  });

  it('knows the deployments that it saw, and whose they are once it is told', async () => {
    const before = await json('/v1/deployments');
    const put = await product.call('/v1/deployments/support-chat', {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ owner: 'ann' }),
    });
    const after = await json('/v1/deployments');

    expect(put.status).toBe(200);
    expect(JSON.stringify(before)).toContain('support-chat');
    expect(JSON.stringify(before)).not.toContain('"ann"');
    expect(JSON.stringify(after)).toContain('"ann"');
  });

  it('lists its metrics, the values of a dimension, and its own description', async () => {
    expect((await json('/v1/catalog')).metrics).toContainEqual(
      expect.objectContaining({ name: 'inference.latency', unit: 'ms', kind: 'distribution' }),
    );
    expect((await json('/v1/dimensions/model')).values).toEqual(['fraud-score', 'llama-3.1-70b']);
    expect((await json('/openapi.json')).openapi).toMatch(/^3\.1/);
    expect(await json('/healthz')).toMatchObject({ status: 'ok', backlogBatches: 0 });
  });

  it('shows its page', async () => {
    const page = await product.call('/');

    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  });

  it('had nothing to complain about', () => {
    expect(product.logged).toEqual([]);
  });
});
