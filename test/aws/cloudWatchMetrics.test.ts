import {
  CloudWatchClient,
  GetMetricDataCommand,
  ListMetricsCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cloudWatchMetrics } from '../../adapters/aws/cloudWatchMetrics.ts';
import type { ProviderSeries, Statistic } from '../../core/sources/cloudWatch/types.ts';
import { mockAws } from './mockAws.ts';
import { awsConfig, hasMoto, type Service, startMoto } from './services.ts';

const T0 = Date.parse('2026-03-04T10:00:00Z');
const MINUTE = 60_000;
const cloudWatch = mockAws(CloudWatchClient);
const metrics = cloudWatchMetrics({ client: new CloudWatchClient({ region: 'eu-west-1' }) });
const series = (metric: string): ProviderSeries => ({
  namespace: 'AWS/Bedrock',
  metric,
  dimensions: { ModelId: 'amazon.nova-lite-v1:0' },
});
const read = (asked: { series: ProviderSeries; stats: readonly Statistic[] }[]) =>
  metrics.read({ metrics: asked, fromMs: T0, toMs: T0 + 20 * MINUTE });
const listed = (MetricName: string) => ({
  Namespace: 'AWS/Bedrock',
  MetricName,
  Dimensions: [{ Name: 'ModelId', Value: 'amazon.nova-lite-v1:0' }],
});

describe('the metrics of CloudWatch', () => {
  beforeEach(() => cloudWatch.reset());

  it('lists what had a value in the last three hours, page after page', async () => {
    cloudWatch
      .on(ListMetricsCommand, { Namespace: 'AWS/Bedrock', RecentlyActive: 'PT3H', NextToken: undefined })
      .resolves({ Metrics: [listed('Invocations')], NextToken: 'more' })
      .on(ListMetricsCommand, { Namespace: 'AWS/Bedrock', RecentlyActive: 'PT3H', NextToken: 'more' })
      .resolves({ Metrics: [listed('InputTokenCount'), { Namespace: 'AWS/Bedrock' }] });

    expect(await metrics.recentlyActive('AWS/Bedrock', 100)).toEqual({
      series: [series('Invocations'), series('InputTokenCount')],
      isAll: true,
    });
  });

  it('stops listing at the bound and says that there is more', async () => {
    cloudWatch.on(ListMetricsCommand).resolves({ Metrics: [listed('a'), listed('b')], NextToken: 'more' });

    const { series: found, isAll } = await metrics.recentlyActive('AWS/Bedrock', 3);

    expect([found.length, isAll]).toEqual([3, false]);
    expect(cloudWatch.commandCalls(ListMetricsCommand)).toHaveLength(2);
  });

  it('asks by the minute for the window, and puts pages of one statistic together', async () => {
    const result = (minute: number, value: number) => ({
      MetricDataResults: [{ Id: 'm0_Sum', Timestamps: [new Date(T0 + minute * MINUTE)], Values: [value] }],
    });
    cloudWatch
      .on(GetMetricDataCommand)
      .resolvesOnce({ ...result(0, 3), NextToken: 'more' })
      .resolvesOnce(result(1, 4));

    expect(await read([{ series: series('Invocations'), stats: ['Sum'] }])).toEqual({
      points: [
        {
          Sum: [
            [T0, 3],
            [T0 + MINUTE, 4],
          ],
        },
      ],
      failed: 0,
    });
    expect(cloudWatch.commandCalls(GetMetricDataCommand)[0]!.args[0].input).toEqual({
      MetricDataQueries: [
        {
          Id: 'm0_Sum',
          MetricStat: {
            Metric: {
              Namespace: 'AWS/Bedrock',
              MetricName: 'Invocations',
              Dimensions: [{ Name: 'ModelId', Value: 'amazon.nova-lite-v1:0' }],
            },
            Period: 60,
            Stat: 'Sum',
          },
        },
      ],
      StartTime: new Date(T0),
      EndTime: new Date(T0 + 20 * MINUTE),
      ScanBy: 'TimestampAscending',
      NextToken: undefined,
    });
  });

  it('asks for at most 500 statistics at once, all of a metric in one request', async () => {
    cloudWatch.on(GetMetricDataCommand).callsFake(({ MetricDataQueries }) => ({
      MetricDataResults: (MetricDataQueries as { Id: string }[]).map(({ Id }) => ({
        Id,
        Timestamps: [new Date(T0)],
        Values: [Number(/\d+/.exec(Id)![0])],
      })),
    }));
    const asked = Array.from({ length: 170 }, (_, i) => ({
      series: series(`Metric${i}`),
      stats: ['Sum', 'SampleCount', 'p99'] as const,
    }));

    const { points } = await read(asked);

    const sizes = cloudWatch
      .commandCalls(GetMetricDataCommand)
      .map(({ args }) => (args[0].input.MetricDataQueries as unknown[]).length);
    expect(sizes).toEqual([498, 12]);
    expect(points.map(({ p99 }) => p99)).toEqual(asked.map((_, i) => [[T0, i]]));
  });

  it('makes no request where there is nothing to ask', async () => {
    expect(await read([])).toEqual({ points: [], failed: 0 });
    expect(cloudWatch.calls()).toHaveLength(0);
  });

  it('counts a metric that could not be answered once, whatever the statistics', async () => {
    cloudWatch.on(GetMetricDataCommand).resolves({
      MetricDataResults: [
        { Id: 'm0_Sum', StatusCode: 'InternalError' },
        { Id: 'm0_p99', StatusCode: 'InternalError' },
        { Id: 'm1_Sum', StatusCode: 'Complete', Timestamps: [new Date(T0)], Values: [1] },
      ],
    });

    const asked = ['a', 'b'].map((name) => ({ series: series(name), stats: ['Sum', 'p99'] as const }));
    expect(await read(asked)).toEqual({ points: [{ Sum: [], p99: [] }, { Sum: [[T0, 1]] }], failed: 1 });
  });

  it('says that it is overloaded when CloudWatch throttles, with what it said', async () => {
    cloudWatch.on(ListMetricsCommand).rejects(Object.assign(new Error('Rate exceeded'), { name: 'Throttling' }));

    await expect(metrics.recentlyActive('AWS/Bedrock', 10)).rejects.toMatchObject({
      code: 'overloaded',
      message: 'AWS was too busy to list the metrics of AWS/Bedrock (Throttling): send again',
    });
  });
});

describe.skipIf(!hasMoto)('the metrics of CloudWatch, over the wire', () => {
  let moto: Service;
  beforeAll(async () => {
    cloudWatch.restore();
    moto = await startMoto();
  });
  afterAll(() => moto.stop());

  it('reads what was published, by the minute', async () => {
    const client = new CloudWatchClient(awsConfig(moto.endpoint));
    const nowMs = Math.floor(Date.now() / MINUTE) * MINUTE;
    const put = (minute: number, Value: number) =>
      client.send(
        new PutMetricDataCommand({
          Namespace: 'Test/Bedrock', // AWS/ is AWS's own
          MetricData: [
            {
              MetricName: 'InvocationLatency',
              Dimensions: [{ Name: 'ModelId', Value: 'm' }],
              Timestamp: new Date(nowMs - minute * MINUTE + 1000),
              Value,
            },
          ],
        }),
      );
    for (const [minute, value] of [
      [5, 100],
      [5, 300],
      [4, 50],
    ] as const)
      await put(minute, value);
    const wire = cloudWatchMetrics({ client });

    const { series: found, isAll } = await wire.recentlyActive('Test/Bedrock', 10);
    const { points } = await wire.read({
      metrics: [{ series: found[0]!, stats: ['Sum', 'SampleCount', 'Maximum'] }],
      fromMs: nowMs - 10 * MINUTE,
      toMs: nowMs,
    });

    expect([found, isAll]).toEqual([
      [{ namespace: 'Test/Bedrock', metric: 'InvocationLatency', dimensions: { ModelId: 'm' } }],
      true,
    ]);
    expect(points[0]!.Sum).toEqual([
      [nowMs - 5 * MINUTE, 400],
      [nowMs - 4 * MINUTE, 50],
    ]);
    expect(points[0]!.SampleCount?.map(([, value]) => value)).toEqual([2, 1]);
    expect(points[0]!.Maximum?.map(([, value]) => value)).toEqual([300, 50]);
  });
});
