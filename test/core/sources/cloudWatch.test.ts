import { describe, expect, it } from 'vitest';
import { findMetric } from '../../../core/metrics.ts';
import { namespacesOf, planReads, SERIES_FAMILIES } from '../../../core/sources/cloudWatch/plan.ts';
import { samplesOf } from '../../../core/sources/cloudWatch/samples.ts';
import type { ProviderSeries } from '../../../core/sources/cloudWatch/types.ts';
import { readWindow } from '../../../core/sources/cloudWatch/window.ts';
import { monthlyReadUsd } from '../../../core/sources/readCost.ts';

const HAIKU = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
const MINUTE = 60_000;
const T0 = Date.parse('2026-03-04T10:00:00Z');

const bedrock = (metric: string, ModelId = HAIKU): ProviderSeries => ({
  namespace: 'AWS/Bedrock',
  metric,
  dimensions: { ModelId },
});
const endpoint = (metric: string, namespace = 'AWS/SageMaker', more: Record<string, string> = {}): ProviderSeries => ({
  namespace,
  metric,
  dimensions: { VariantName: 'AllTraffic', EndpointName: 'ranker', ...more },
});
const planned = (...series: ProviderSeries[]) => planReads(series, 100).metrics;
const sampled = (series: ProviderSeries, points: Parameters<typeof samplesOf>[1][number]) =>
  samplesOf(planned(series), [points], { labels: { account: '1', region: 'eu-west-1' }, settledMs: Number.MAX_VALUE });

describe('the tables of what is read of CloudWatch', () => {
  const targets = SERIES_FAMILIES.flatMap(({ metrics }) => Object.values(metrics));

  it('lead to sample metrics of the catalogue, to totals as deltas and to levels as gauges', () => {
    for (const { to, kind } of targets.flatMap(({ readings }) => readings)) {
      const histogram = /^(.*)_(sum|count)$/.exec(to)?.[1];
      const source = findMetric(histogram ?? to)?.source;

      expect(source, to).toMatchObject({
        from: 'sample',
        kind: histogram !== undefined ? 'histogram' : kind === 'delta' ? 'counter' : 'gauge',
      });
    }
  });

  it('ask for no more statistics of a metric than are billed as one', () => {
    expect(targets.filter(({ readings }) => readings.length > 5)).toEqual([]);
  });

  it('name each set of dimensions of a namespace once', () => {
    const keys = SERIES_FAMILIES.map(({ namespace, dimensions }) => `${namespace} ${[...dimensions].sort()}`);

    expect(keys).toEqual([...new Set(keys)]);
  });

  it('list only the namespaces of the sources that are asked for', () => {
    expect(namespacesOf(['bedrock'])).toEqual(['AWS/Bedrock', 'AWS/BedrockMantle']);
    expect(namespacesOf([])).toEqual([]);
  });
});

describe('planning a read', () => {
  it('names deployment and model of what was called on Bedrock', () => {
    expect(planned(bedrock('Invocations'))[0]!.labels).toEqual({
      provider: 'aws.bedrock',
      api: 'runtime',
      deployment: HAIKU,
      model: 'anthropic.claude-haiku-4-5-20251001-v1:0',
      modelId: HAIKU,
    });
  });

  it('keeps a model that is called by its id and by its ARN as two series of one deployment', () => {
    const [id, arn] = planned(
      bedrock('Invocations', 'amazon.nova-lite-v1:0'),
      bedrock('Invocations', 'arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0'),
    ).map(({ labels }) => labels);

    expect(id!.deployment).toBe(arn!.deployment);
    expect(id).not.toEqual(arn);
  });

  it('says no model where an application inference profile hides it', () => {
    expect(planned(bedrock('Invocations', '1a2b3c4d5e6f'))[0]!.labels).not.toHaveProperty('model');
  });

  it('reads each call once: of sets of dimensions that hold the same calls only one', () => {
    const series: ProviderSeries[] = [
      { namespace: 'AWS/Bedrock', metric: 'Invocations', dimensions: {} },
      { namespace: 'AWS/Bedrock', metric: 'Invocations', dimensions: { ModelId: HAIKU, ServiceTier: 'flex' } },
      { namespace: 'AWS/BedrockMantle', metric: 'Inferences', dimensions: { Model: 'openai.gpt-oss-120b' } },
      { namespace: 'AWS/BedrockMantle', metric: 'Inferences', dimensions: { Project: 'proj_1' } },
      {
        namespace: 'AWS/BedrockMantle',
        metric: 'Inferences',
        dimensions: { Project: 'proj_1', Model: 'openai.gpt-oss-120b' },
      },
      endpoint('Invocations', 'AWS/SageMaker', { InstanceId: 'i-1' }),
    ];

    expect(planned(...series).map(({ labels }) => labels)).toEqual([
      {
        provider: 'aws.bedrock',
        api: 'mantle',
        bedrockProject: 'proj_1',
        deployment: 'openai.gpt-oss-120b',
        model: 'openai.gpt-oss-120b',
        modelId: 'openai.gpt-oss-120b',
      },
    ]);
  });

  it('leaves metrics alone that it does not know, also those named like what every object has', () => {
    expect(planReads([bedrock('ContentFilteredCount'), bedrock('constructor')], 10)).toEqual({
      metrics: [],
      leftOut: 0,
    });
  });

  it('takes traffic of all models before the latency of one when there is no room for both, and counts the rest', () => {
    const series = ['a', 'b'].flatMap((name) =>
      ['InvocationLatency', 'InvocationThrottles', 'OutputTokenCount', 'InputTokenCount'].map((metric) =>
        bedrock(metric, `x.${name}`),
      ),
    );
    const of = (maxMetrics: number, given = series) => {
      const { metrics, leftOut } = planReads(given, maxMetrics);
      return [leftOut, ...metrics.map((metric) => `${metric.labels.deployment} ${metric.series.metric}`)];
    };

    expect(of(5)).toEqual([
      3,
      'x.a InputTokenCount',
      'x.a OutputTokenCount',
      'x.b InputTokenCount',
      'x.b OutputTokenCount',
      'x.a InvocationThrottles',
    ]);
    expect(of(5, series.toReversed())).toEqual(of(5));
  });
});

describe('samples of what was read', () => {
  it('has Bedrock in milliseconds, as CloudWatch has it', () => {
    const samples = sampled(bedrock('InvocationLatency'), {
      Sum: [[T0, 2400]],
      SampleCount: [[T0, 2]],
      Maximum: [[T0, 2000]],
    });

    expect(samples.map(({ metric, kind, value }) => [metric, kind, value])).toEqual([
      ['bedrock.latency_sum', 'delta', 2400],
      ['bedrock.latency_count', 'delta', 2],
      ['bedrock.latencyMax', 'gauge', 2000],
    ]);
    expect(samples[0]!.labels).toMatchObject({ account: '1', region: 'eu-west-1', deployment: HAIKU });
  });

  it('makes milliseconds of the microseconds of SageMaker, and leaves counts alone', () => {
    const samples = sampled(endpoint('ModelLatency'), {
      Sum: [[T0, 90_000]],
      SampleCount: [[T0, 3]],
      p99: [[T0, 45_000]],
    });

    expect(samples.map(({ metric, value }) => [metric, value])).toEqual([
      ['sagemaker.modelLatency_sum', 90],
      ['sagemaker.modelLatency_count', 3],
      ['sagemaker.modelLatencyP99', 45],
    ]);
  });

  it('keeps what four GPUs add up to, and each GPU by itself where it is published', () => {
    const all = sampled(endpoint('GPUMemoryUtilization', '/aws/sagemaker/Endpoints'), { Average: [[T0, 317]] });
    const one = sampled(
      endpoint('GPUMemoryUtilization', '/aws/sagemaker/Endpoints', { InstanceId: 'i-1', AcceleratorId: '3' }),
      { Average: [[T0, 92]] },
    );

    expect(all[0]).toMatchObject({ metric: 'sagemaker.gpuMemoryUtilization', value: 317 });
    expect(one[0]).toMatchObject({ metric: 'gpu.memoryUtilization', value: 92 });
    expect(one[0]!.labels).toMatchObject({ instance: 'i-1', gpu: '3', deployment: 'ranker', variant: 'AllTraffic' });
  });

  it('names job and instance of training', () => {
    const [sample] = sampled(
      {
        namespace: '/aws/sagemaker/TrainingJobs',
        metric: 'GPUUtilization',
        dimensions: { Host: 'fine-tune-7/algo-2' },
      },
      { Average: [[T0, 780]] },
    );

    expect(sample!.labels).toMatchObject({ trainingJob: 'fine-tune-7', instance: 'algo-2', operation: 'training' });
  });

  it('says nothing of a minute without a value, and drops what is no number', () => {
    expect(sampled(bedrock('Invocations'), {})).toEqual([]);
    expect(sampled(bedrock('Invocations'), { Sum: [[T0, Number.NaN]] })).toEqual([]);
  });

  it('leaves averages and percentiles of young minutes for later, and takes sums at once', () => {
    const points = { Sum: [[T0, 5]], Maximum: [[T0, 5]], p95: [[T0, 5]] } as const;
    const young = samplesOf(planned(bedrock('InvocationLatency')), [points], { labels: {}, settledMs: T0 });

    expect(young.map(({ metric }) => metric)).toEqual(['bedrock.latency_sum', 'bedrock.latencyMax']);
  });
});

describe('the window of a read', () => {
  it('ends two minutes ago on the minute, and reaches back over the last read and a quarter of an hour', () => {
    expect(readWindow({ nowMs: T0 + 59_999, everyMin: 5 })).toEqual({
      fromMs: T0 - 22 * MINUTE,
      toMs: T0 - 2 * MINUTE,
      settledMs: T0 - 10 * MINUTE,
    });
  });

  it.each([1, 5, 7, 60])('has every minute in it after it is final, whatever is between reads: %i min', (everyMin) => {
    const reads = Array.from({ length: 40 }, (_, i) => readWindow({ nowMs: T0 + i * everyMin * MINUTE, everyMin }));
    const last = reads.at(-1)!.settledMs - everyMin * MINUTE;
    for (let minute = reads[0]!.toMs; minute < last; minute += MINUTE)
      expect(reads.some(({ fromMs, settledMs }) => fromMs <= minute && minute < settledMs)).toBe(true);
  });
});

describe('what reading costs', () => {
  it('is a cent for a thousand metrics, however many statistics', () => {
    expect(monthlyReadUsd({ everyMin: 5, metrics: 100, lists: 0 })).toBeCloseTo(8.76, 10);
    expect(monthlyReadUsd({ everyMin: 10, metrics: 100, lists: 0 })).toBeCloseTo(4.38, 10);
  });

  it('is half a dollar in an account with nothing to read', () => {
    const lists = namespacesOf(['bedrock', 'sagemaker']).length;

    expect(monthlyReadUsd({ everyMin: 5, metrics: 0, lists })).toBeCloseTo(0.438, 10);
  });
});
