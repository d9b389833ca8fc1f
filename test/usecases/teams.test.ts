import { beforeAll, describe, expect, it } from 'vitest';
import { memoryBatchLog } from '../../adapters/memory/batchLog.ts';
import { memoryDeploymentStore } from '../../adapters/memory/deploymentStore.ts';
import { mayExport } from '../../core/access/exports.ts';
import type { Principal } from '../../core/ports.ts';
import { emptyContent } from '../../core/telemetry/batch.ts';
import type { DoorOptions } from '../../core/telemetry/decoded.ts';
import { readEvents } from '../../core/telemetry/door/readEvents.ts';
import { decodeOtlpLogs } from '../../core/telemetry/otlp/logs.ts';
import { decodeOtlpMetrics } from '../../core/telemetry/otlp/metrics.ts';
import { decodeOtlpTraces } from '../../core/telemetry/otlp/traces.ts';
import { decodeRemoteWrite } from '../../core/telemetry/remoteWrite/decode.ts';
import { catalog, dimensionValues } from '../../core/usecases/catalog.ts';
import { getDeployment, listDeployments, putDeployment } from '../../core/usecases/deployments.ts';
import { ingest } from '../../core/usecases/ingest.ts';
import { answerRows, runQuery } from '../../core/usecases/query.ts';
import { body, series } from '../core/remoteWrite/request.ts';
import { call, NOW, T0, world } from './world.ts';

const of = (...teams: string[]): Principal => ({ id: `key of ${teams}`, roles: ['writer', 'reader'], teams });
const door = (...teams: string[]): DoorOptions => ({
  nowMs: NOW,
  maxAgeMs: Number.POSITIVE_INFINITY,
  maxAheadMs: 0,
  keepContent: false,
  teams,
});
const anEvent = (more: object = {}) => ({
  kind: 'inference',
  deployment: 'd',
  latencyMs: 1,
  status: 'ok',
  timestamp: T0,
  ...more,
});
const bytes = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));
const attributes = (team?: string) => (team === undefined ? [] : [{ key: 'team', value: { stringValue: team } }]);

describe('at the door, a sender bound to teams', () => {
  it('is refused the events of other teams, with their path, and keeps its own', () => {
    const events = [anEvent({ team: 'search' }), anEvent({ team: 'ads' }), anEvent()];

    const { content, rejected, isAsSent } = readEvents(JSON.stringify(events), 'json', door('search'));

    expect(content.events.map((event) => event.team)).toEqual(['search', 'search']);
    expect(rejected).toEqual([
      { index: 1, path: '/team', message: 'expected search, to which the sender is bound, got "ads"' },
    ]);
    expect(isAsSent).toBe(false);
  });

  it('of several teams has to say which', () => {
    const events = [anEvent({ team: 'search' }), anEvent({ team: 'x' }), anEvent()];

    const { content, rejected } = readEvents(JSON.stringify(events), 'json', door('ads', 'search'));

    expect(content.events.map((event) => event.team)).toEqual(['search']);
    expect(rejected.map(({ index, path, message }) => [index, path, message])).toEqual([
      [1, '/team', expect.stringContaining('one of ads, search')],
      [2, '/team', expect.stringMatching(/^required: one of ads, search/)],
    ]);
  });

  it('bound to none sends of any team and of none, as it was sent', () => {
    const events = [anEvent({ team: 'ads' }), anEvent()];

    const { content, isAsSent } = readEvents(JSON.stringify(events), 'json', door());

    expect([content.events.map((event) => event.team), isAsSent]).toEqual([['ads', undefined], true]);
  });

  it('has its team on the points, spans and log records it sends, and those of others refused', () => {
    const timeUnixNano = String(T0 * 1e6);
    const point = (team: string | undefined) => ({ timeUnixNano, asDouble: 1, attributes: attributes(team) });
    const span = (team: string | undefined, i: number) => ({
      traceId: 'a'.repeat(32),
      spanId: String(i + 1).repeat(16),
      name: 'chat',
      startTimeUnixNano: timeUnixNano,
      endTimeUnixNano: timeUnixNano,
      attributes: [
        ...attributes(team),
        { key: 'gen_ai.request.model', value: { stringValue: 'm' } },
        { key: 'gen_ai.operation.name', value: { stringValue: 'chat' } },
      ],
    });
    const all = [undefined, 'search', 'ads'];

    const metrics = decodeOtlpMetrics(
      bytes({
        resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'm', gauge: { dataPoints: all.map(point) } }] }] }],
      }),
      'json',
      door('search'),
    );
    const traces = decodeOtlpTraces(
      bytes({ resourceSpans: [{ scopeSpans: [{ spans: all.map(span) }] }] }),
      'json',
      door('search'),
    );
    const records = all.map((team) => ({ timeUnixNano, attributes: attributes(team) }));
    const logs = decodeOtlpLogs(
      bytes({ resourceLogs: [{ scopeLogs: [{ logRecords: records }] }] }),
      'json',
      door('search'),
    );

    expect(metrics.content.samples.map(({ labels }) => labels.team)).toEqual(['search', 'search']);
    expect(traces.content.spans.map((each) => each.attributes.team)).toEqual(['search', 'search']);
    expect(traces.content.events.map(({ team }) => team)).toEqual(['search', 'search']);
    expect(logs.content.logs.map((each) => each.attributes.team)).toEqual(['search', 'search']);
    expect([metrics, traces, logs].map(({ rejected }) => rejected.map(({ path }) => path))).toEqual([
      ['resourceMetrics[0].scopeMetrics[0].metrics[0].gauge.dataPoints[2].attributes'],
      ['resourceSpans[0].scopeSpans[0].spans[2].attributes'],
      ['resourceLogs[0].scopeLogs[0].logRecords[2].attributes'],
    ]);
  });

  it('has its team on the series of remote write, and those of others refused', () => {
    const labels: Record<string, string>[] = [{}, { team: 'search' }, { team: 'ads' }, { team: '' }];
    const timeseries = labels.map((each, i) =>
      series({ __name__: 'up', instance: `i${i}`, ...each }, { samples: [{ value: 1, timestamp: T0 }] }),
    );

    const { content, accepted, rejected } = decodeRemoteWrite(body({ timeseries }), door('search'));

    expect(content.samples.map((each) => [each.labels.instance, each.labels.team])).toEqual(
      ['i0', 'i1', 'i3'].map((instance) => [instance, 'search']),
    );
    expect([accepted, rejected.map(({ path }) => path)]).toEqual([3, ['timeseries[2].labels']]);
  });

  it('keeps nothing of others where a decoder was not told of its teams', async () => {
    const log = memoryBatchLog();
    const decoded = readEvents(JSON.stringify([anEvent({ team: 'ads' })]), 'json', door());

    const kept = ingest({ log })(of('search'), { decoded, receivedAt: NOW, id: 'x', fingerprint: 'x' });

    await expect(kept).rejects.toMatchObject({ code: 'forbidden' });
    expect(await log.backlog()).toBe(0);
  });
});

describe('in answers, a caller bound to teams', () => {
  const { send, roll, queryPorts } = world();
  const query = async (principal: Principal, params: string) =>
    answerRows(
      await runQuery(queryPorts)(principal, new URLSearchParams(`${params}&from=${T0}&to=${NOW}&step=all`), NOW),
    );

  beforeAll(async () => {
    await send({
      ...emptyContent(),
      events: [
        call({ team: 'search', deployment: 'a' }),
        call({ team: 'ads', deployment: 'b' }),
        call({ team: 'ads', deployment: 'a' }),
        call({ team: undefined, deployment: 'c', client: 'eve' }),
      ],
      samples: ['search', 'ads', undefined].map((team, i) => ({
        metric: 'custom',
        kind: 'gauge' as const,
        labels: { ...(team !== undefined && { team }), host: `h${i}` },
        timestamp: T0,
        value: 10 ** i,
      })),
    });
    await roll();
  });

  it('counts what is of its teams alone', async () => {
    const countOf = async (principal: Principal) =>
      (await query(principal, 'metric=inference.requests&stat=sum'))[0]?.value;

    expect(await Promise.all([of(), of('search'), of('ads'), of('ads', 'search')].map(countOf))).toEqual([4, 1, 2, 3]);
  });

  it('sees no group and no value of others, whatever it filters by', async () => {
    expect(
      (await query(of('search'), 'metric=inference.requests&stat=sum&groupBy=deployment')).map((row) => [
        row.deployment,
        row.value,
      ]),
    ).toEqual([['a', 1]]);
    expect(await query(of('search'), 'metric=inference.requests&stat=sum&groupBy=team&filter=team:ads')).toEqual([]);
    expect(
      (await query(of('search'), 'metric=custom&stat=sum&groupBy=host')).map((row) => [row.host, row.value]),
    ).toEqual([['h0', 1]]);
  });

  it('gets nothing that is kept of all teams together, and is told why', async () => {
    await expect(query(of('search'), 'metric=inference.requests&stat=sum&groupBy=client')).rejects.toThrow(
      /no series has client, team together.*sees only its teams/,
    );
  });

  it('sees nothing as the team that others are folded into, nor as none', async () => {
    for (const teams of [['__other__'], ['']])
      expect(await query(of(...teams), 'metric=inference.requests&stat=sum')).toEqual([]);
  });

  it('sees the values of dimensions that its teams had', async () => {
    const valuesOf = async (principal: Principal, name: string) =>
      (await dimensionValues(queryPorts)(principal, name, new URLSearchParams(`from=${T0}&to=${NOW}`), NOW)).values;

    expect(await valuesOf(of(), 'deployment')).toEqual(['a', 'b', 'c']);
    expect(await valuesOf(of('search'), 'deployment')).toEqual(['a']);
    expect(await valuesOf(of('search'), 'team')).toEqual(['search']);
    expect(await valuesOf(of('search'), 'host')).toEqual(['h0']);
    await expect(valuesOf(of('search'), 'endpoint')).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('exports nothing, since files tell no teams apart', () => {
    expect(() => mayExport(of('search'))).toThrow('it is bound to the team search, and it holds all teams');
    expect(() => mayExport(of())).not.toThrow();
  });

  it('is read only by who may read', async () => {
    const writer: Principal = { ...of(), roles: ['writer'] };

    await expect(query(writer, 'metric=inference.requests')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(dimensionValues(queryPorts)(writer, 'team', new URLSearchParams(), NOW)).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(catalog(queryPorts)(writer)).resolves.toBeDefined();
  });
});

describe('in the registry, a caller bound to teams', () => {
  const registry = async () => {
    const deployments = memoryDeploymentStore();
    const put = putDeployment({ deployments });
    await put(of(), 'theirs', { team: 'ads', owner: 'eve' }, T0);
    await put(of(), 'ours', { team: 'search' }, T0);
    await put(of(), 'nobodys', { model: 'm' }, T0);
    return { deployments, put };
  };

  it('sees the deployments of its teams', async () => {
    const ports = await registry();
    const { deployments } = await listDeployments(ports)(of('search'), NOW);

    expect(deployments.map(({ deployment }) => deployment)).toEqual(['ours']);
    expect((await getDeployment(ports)(of('search'), 'ours', NOW)).team).toBe('search');
    await expect(getDeployment(ports)(of('search'), 'theirs', NOW)).rejects.toMatchObject({ code: 'notFound' });
  });

  it('tells of those and of nobody’s, as its team’s', async () => {
    const { put } = await registry();

    expect((await put(of('search'), 'ours', { owner: 'ada' }, NOW)).team).toBe('search');
    expect((await put(of('search'), 'nobodys', { owner: 'ada' }, NOW)).team).toBe('search');
    expect((await put(of('search'), 'new', {}, NOW)).team).toBe('search');
    await expect(put(of('search'), 'ours', { team: 'ads' }, NOW)).rejects.toMatchObject({
      problems: [{ path: '/team' }],
    });
  });

  it('takes nothing over, neither now nor in what was before or is to come', async () => {
    const { put } = await registry();
    await put(of(), 'ours', { team: 'ads', effectiveFrom: T0 - 1_000 }, NOW);
    await put(of(), 'moving', { team: 'search' }, T0);
    await put(of(), 'moving', { team: 'ads', effectiveFrom: NOW + 60_000 }, NOW);

    for (const [name, effectiveFrom] of [
      ['theirs', NOW],
      ['ours', T0 - 500],
      ['moving', NOW],
    ] as const)
      await expect(put(of('search'), name, { effectiveFrom }, NOW)).rejects.toMatchObject({ code: 'forbidden' });
  });
});
