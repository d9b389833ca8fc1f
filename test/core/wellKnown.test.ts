import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findMetric, METRICS } from '../../core/metrics.ts';
import type { Sample } from '../../core/telemetry/batch.ts';
import { applyWellKnown, kindOfPrometheusName, mapWellKnown } from '../../core/telemetry/wellKnown/mapping.ts';
import { MAPPINGS, SENDERS } from '../../core/telemetry/wellKnown/table.ts';

const sample = (metric: string, value: number, labels: Record<string, string> = {}): Sample => ({
  metric,
  kind: kindOfPrometheusName(metric),
  labels,
  timestamp: 1_700_000_000_000,
  value,
});
const mapped = (metric: string, value: number, labels?: Record<string, string>) =>
  applyWellKnown(sample(metric, value, labels));

const MIB = 1024 * 1024;

describe('the table of well-known names', () => {
  it('leads to sample metrics of the catalogue', () => {
    const parts = METRICS.flatMap(({ name, source }) =>
      source.from !== 'sample'
        ? []
        : source.kind === 'histogram'
          ? [`${name}_bucket`, `${name}_sum`, `${name}_count`]
          : [name],
    );

    expect([...MAPPINGS.values()].filter(({ metric }) => !parts.includes(metric))).toEqual([]);
  });

  it('knows no name of the catalogue, so that mapping twice is mapping once', () => {
    expect([...MAPPINGS.values()].filter(({ metric }) => MAPPINGS.has(metric))).toEqual([]);
    expect(METRICS.filter(({ name }) => MAPPINGS.has(name))).toEqual([]);
  });

  it('agrees where two senders share a name', () => {
    const seen = new Map<string, string>();
    const disagreeing = SENDERS.flatMap(({ names }) =>
      Object.entries(names).filter(([name, target]) => {
        const { to, scale = 1, set = {} } = typeof target === 'string' ? { to: target } : target;
        const said = JSON.stringify([to, scale, set]);
        const before = seen.get(name) ?? said;
        seen.set(name, before);
        return before !== said;
      }),
    );

    expect(disagreeing).toEqual([]);
  });

  it('feeds every sample metric that the requirements name by a metric name', () => {
    const names = [
      ...[
        'node_cpu_usage_percent',
        'node_memory_usage_percent',
        'nvidia_gpu_memory_usage_percent',
        'node_disk_usage_percent',
      ],
      ...['http_request_duration_seconds_bucket', 'http_requests_total', 'http_request_size_bytes_sum'],
      ...['postgresql_connections_active', 'postgresql_query_duration_seconds_count', 'redis_memory_usage_bytes'],
      ...['model_inference_duration_seconds_sum', 'model_queue_length', 'model_accuracy_score', 'vram_allocated_bytes'],
      ...['vram_available_bytes', 'model_memory_usage_bytes', 'model_errors_total', 'model_timeout_total'],
      ...['model_fallback_total', 'ml_inference_requests_total', 'ml_inference_duration_seconds_bucket'],
      ...[
        'ml_model_accuracy',
        'ml_training_loss',
        'ml_training_accuracy',
        'ml_learning_rate',
        'ml_gpu_utilization_percent',
      ],
      ...['ml_gpu_memory_used_bytes', 'ml_gpu_memory_total_bytes', 'ml_data_drift_score', 'ml_feature_importance'],
      ...['ml_inference_cost_dollars', 'ml_training_cost_dollars', 'model_predictions_total', 'model_prediction_error'],
      ...['model_prediction_latency_seconds_bucket', 'model_feature_importance', 'model_drift_score'],
    ];

    expect(names.filter((name) => mapWellKnown(name) === undefined)).toEqual([]);
  });

  it.each([
    ['gen_ai.client.token.usage_bucket', 'client.tokens_bucket'],
    ['gen_ai_client_token_usage_bucket', 'client.tokens_bucket'],
    ['gen_ai_server_time_to_first_token_seconds_bucket', 'serving.timeToFirstToken_bucket'],
    ['system.network.io', 'host.networkIo'],
    ['system_network_io_bytes_total', 'host.networkIo'],
    ['system_memory_usage_bytes', 'host.memoryUsage'],
    ['system_cpu_utilization_ratio', 'host.cpuModeUtilization'],
    ['http_server_request_duration_seconds_count', 'service.requestDuration_count'],
    ['system_cpu_load_average_1m', 'host.load1'],
  ])('knows OpenTelemetry’s %s, as OTLP and as Prometheus spell it', (name, metric) => {
    expect(mapWellKnown(name)?.metric).toBe(metric);
  });
});

describe('applying the table', () => {
  it('leaves a sample of an unknown name as it is', () => {
    const unknown = sample('acme_widgets_total', 3, { model_name: 'x' });

    expect(applyWellKnown(unknown)).toBe(unknown);
  });

  it('turns vLLM’s histogram of seconds into one of milliseconds: bounds and sum, not the counts', () => {
    const name = 'vllm:time_to_first_token_seconds';
    const labels = { model_name: 'llama', engine: '0' };

    expect(mapped(`${name}_bucket`, 12, { ...labels, le: '0.06' })).toMatchObject({
      metric: 'serving.timeToFirstToken_bucket',
      kind: 'counter',
      labels: { model: 'llama', engine: '0', le: '60' },
      value: 12,
    });
    expect(mapped(`${name}_bucket`, 15, { ...labels, le: '+Inf' }).labels.le).toBe('+Inf');
    expect(mapped(`${name}_sum`, 1.5, labels)).toMatchObject({ metric: 'serving.timeToFirstToken_sum', value: 1500 });
    expect(mapped(`${name}_count`, 15, labels)).toMatchObject({ metric: 'serving.timeToFirstToken_count', value: 15 });
  });

  it('writes scaled bounds without the dust of floating point', () => {
    const bound = (le: string) => mapped('vllm:time_to_first_token_seconds_bucket', 1, { le }).labels.le;

    expect(['0.001', '0.07', '1.1', '2.5', '2560.0', '1e-05', '0'].map(bound)).toEqual([
      ...['1', '70', '1100', '2500', '2560000', '0.01', '0'],
    ]);
    expect(['+Inf', '-Inf', 'NaN', '', 'x', '1e308'].map(bound)).toEqual(['+Inf', '-Inf', 'NaN', '', 'x', '1e308']);
  });

  it('makes one series of a superseded name of vLLM and its successor', () => {
    const labels = { model_name: 'llama' };

    expect(mapped('vllm:gpu_cache_usage_perc', 0.42, labels)).toEqual(mapped('vllm:kv_cache_usage_perc', 0.42, labels));
    expect(mapped('vllm:kv_cache_usage_perc', 0.5)).toMatchObject({ metric: 'serving.kvCacheUtilization', value: 50 });
  });

  it('reads DCGM’s MiB as bytes and its model name as that of a GPU', () => {
    const labels = { gpu: '3', modelName: 'NVIDIA L4', Hostname: 'gpu-1', UUID: 'GPU-1' };

    expect(mapped('DCGM_FI_DEV_FB_USED', 20_000, labels)).toEqual({
      metric: 'gpu.memoryUsed',
      kind: 'gauge',
      labels: { gpu: '3', gpuModel: 'NVIDIA L4', host: 'gpu-1', uuid: 'GPU-1' },
      timestamp: 1_700_000_000_000,
      value: 20_000 * MIB,
    });
    expect(mapped('DCGM_FI_PROF_SM_ACTIVE', 0.25)).toMatchObject({ metric: 'gpu.smUtilization', value: 25 });
  });

  it('does not take DCGM’s marks for "no value" for temperatures', () => {
    for (const blank of [2 ** 63, 2 ** 47]) {
      expect(mapped('DCGM_FI_DEV_MEMORY_TEMP', blank).metric).toBe('DCGM_FI_DEV_MEMORY_TEMP');
    }
    expect(mapped('DCGM_FI_DEV_MEMORY_TEMP', 71).metric).toBe('gpu.memoryTemperature');
  });

  it('tells the CloudWatch agent’s nvidia-smi (MiB, percent) from nvidia_gpu_exporter’s (bytes, ratio)', () => {
    expect(mapped('nvidia_smi_memory_used', 2).value).toBe(2 * MIB);
    expect(mapped('nvidia_smi_memory_used_bytes', 2).value).toBe(2);
    expect(mapped('nvidia_smi_utilization_gpu', 40)).toMatchObject({ metric: 'gpu.utilization', value: 40 });
    expect(mapped('nvidia_smi_utilization_gpu_ratio', 0.4)).toMatchObject({ metric: 'gpu.utilization', value: 40 });
    expect(mapped('nvidia_smi_utilization_memory', 40).metric).toBe('gpu.memoryBandwidthUtilization');
  });

  it('tells apart by a label what shares a metric', () => {
    const disk = { device: 'sda' };

    expect(mapped('node_disk_read_bytes_total', 1, disk).labels).toEqual({ device: 'sda', direction: 'read' });
    expect(mapped('node_disk_written_bytes_total', 1, disk).labels).toEqual({ device: 'sda', direction: 'write' });
  });

  it('takes of several series of one name only the one that is meant', () => {
    const node = (condition: string, status: string) =>
      mapped('kube_node_status_condition', 1, { node: 'a', condition, status }).metric;
    const memory = (labels: Record<string, string>) => mapped('system.memory.utilization', 0.5, labels);

    expect(node('Ready', 'true')).toBe('cluster.nodesReady');
    expect(node('Ready', 'false')).toBe('kube_node_status_condition');
    expect(node('DiskPressure', 'true')).toBe('kube_node_status_condition');
    expect(memory({ state: 'used' })).toMatchObject({ metric: 'host.memoryUtilization', value: 50 });
    expect(memory({ 'system.memory.state': 'free' })).toMatchObject({
      metric: 'system.memory.utilization',
      value: 0.5,
    });
    expect(mapped('system_memory_utilization_ratio', 0.5, { system_memory_state: 'free' }).value).toBe(0.5);
    expect(memory({}).metric).toBe('host.memoryUtilization');
  });

  it('calls the state of a CPU its mode, and that of memory its state', () => {
    expect(mapped('system.cpu.time', 5, { cpu: 'cpu0', state: 'idle' }).labels).toEqual({ cpu: 'cpu0', mode: 'idle' });
    expect(mapped('system.cpu.time', 5, { 'cpu.mode': 'idle' }).labels).toEqual({ mode: 'idle' });
    expect(mapped('system.memory.usage', 5, { state: 'used' }).labels).toEqual({ state: 'used' });
  });

  it('loses no label when the new name is taken', () => {
    const labels = { model: 'alias', model_name: 'llama', model_id: '7' };

    expect(mapped('ml_model_accuracy', 0.9, labels).labels).toEqual(labels);
    expect(mapped('ml_model_accuracy', 0.9, { model_id: '7', model_name: 'llama' }).labels).toEqual({
      model: 'llama',
      model_id: '7',
    });
    expect(mapped('ml_training_loss', 0.9, { job: 'exporter', job_name: 'night' }).labels).toEqual({
      job: 'exporter',
      trainingJob: 'night',
    });
  });

  it('leaves a summary’s quantiles their own name, and takes its sum and count', () => {
    const quantile = sample('http_request_duration_seconds', 0.2, { quantile: '0.95' });

    expect(applyWellKnown(quantile)).toBe(quantile);
    expect(mapped('http_request_duration_seconds_sum', 0.2)).toMatchObject({
      metric: 'service.requestDuration_sum',
      value: 200,
    });
  });

  it('keeps a delta a delta, and corrects the kind of a sender that knows none', () => {
    const tokens = sample('vllm:prompt_tokens_total', 7);

    expect(applyWellKnown({ ...tokens, kind: 'delta' }).kind).toBe('delta');
    expect(applyWellKnown({ ...tokens, kind: 'gauge' }).kind).toBe('counter');
  });

  it('never loses a label, changes its input or makes a value that is not finite', () => {
    const labelName = fc.constantFrom(
      ...new Set([...MAPPINGS.values()].flatMap(({ labels }) => labels.flat())),
      ...['le', 'instance', 'job', '__proto__', 'constructor'],
    );
    const anySample = fc.record({
      metric: fc.constantFrom('unknown', ...MAPPINGS.keys()),
      labels: fc.dictionary(labelName, fc.string()),
      value: fc.double({ noNaN: true, noDefaultInfinity: true }),
    });

    fc.assert(
      fc.property(anySample, ({ metric, labels, value }) => {
        const before = sample(metric, value, labels);
        const copy = structuredClone(before);

        const after = applyWellKnown(before);

        expect(before).toEqual(copy);
        expect(Object.keys(after.labels).length).toBeGreaterThanOrEqual(Object.keys(labels).length);
        const values = Object.entries(after.labels).map(([name, text]) => (name === 'le' ? labels.le : text));
        expect(values).toEqual(expect.arrayContaining(Object.values(labels)));
        expect(Number.isFinite(after.value)).toBe(true);
        expect(applyWellKnown(after)).toEqual(after);
      }),
    );
  });
});

describe('the kind of a Prometheus series', () => {
  it.each([
    ['acme_requests_total', 'counter'],
    ['acme_seconds_bucket', 'counter'],
    ['acme_seconds_sum', 'counter'],
    ['acme_seconds_count', 'counter'],
    ['acme_seconds_created', 'gauge'],
    ['acme_temperature', 'gauge'],
    ['acme_total_memory', 'gauge'],
    ['DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL', 'counter'],
  ])('of %s goes by its suffix: %s', (name, kind) => {
    expect(kindOfPrometheusName(name)).toBe(kind);
  });

  it.each([
    ['vllm:prompt_tokens_total', 'counter'],
    ['vllm:time_to_first_token_seconds_bucket', 'counter'],
    ['nvidia_smi_memory_total', 'gauge'],
    ['DCGM_FI_DEV_FB_TOTAL', 'gauge'],
    ['DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION', 'counter'],
    ['pg_stat_activity_count', 'gauge'],
    ['pg_stat_database_xact_commit', 'counter'],
    ['tgi_request_success', 'counter'],
    ['nv_inference_pending_request_count', 'gauge'],
    ['host.cpuTime', 'counter'],
    ['gpu.memoryTotal', 'gauge'],
  ])('of %s is what it is known to be: %s', (name, kind) => {
    expect(kindOfPrometheusName(name)).toBe(kind);
  });

  it('is that of the catalogue for every well-known name', () => {
    for (const [name, { metric, kind }] of MAPPINGS) {
      const source = findMetric(metric)?.source;
      expect(kindOfPrometheusName(name), name).toBe(source?.from === 'sample' ? source.kind : kind);
    }
  });
});
