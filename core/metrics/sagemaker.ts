import { counters, gauges, histograms, ratios } from './define.ts';
import type { Metric } from './types.ts';

/**
 * SageMaker endpoints and training jobs as CloudWatch keeps them by the minute: endpoints by deployment (the endpoint's name) and
 * variant, jobs by trainingJob and instance. Where an endpoint has enhanced metrics, its GPUs are in gpu.utilization and
 * gpu.memoryUtilization one by one.
 */
export const SAGEMAKER: readonly Metric[] = [
  ...counters([
    {
      name: 'sagemaker.requests',
      unit: '{request}',
      meaning: 'Requests sent to an endpoint.',
      defaultStat: 'sum',
    },
    {
      name: 'sagemaker.errors',
      unit: '{request}',
      meaning: 'Requests that the model answered with an error, by side: client (4xx) or server (5xx).',
      defaultStat: 'sum',
    },
    {
      name: 'sagemaker.modelCacheHits',
      unit: '{request}',
      meaning: 'Requests to a multi-model endpoint whose model was loaded already.',
      defaultStat: 'sum',
    },
  ]),
  ...histograms([
    {
      name: 'sagemaker.modelLatency',
      unit: 'ms',
      meaning: 'How long the container took to answer, as the endpoint saw it. Count and sum only.',
      defaultStat: 'avg',
    },
    {
      name: 'sagemaker.overheadLatency',
      unit: 'ms',
      meaning: 'What SageMaker adds to the time of the model: authentication, transfer, queueing. Count and sum only.',
      defaultStat: 'avg',
    },
    {
      name: 'sagemaker.modelSetupTime',
      unit: 'ms',
      meaning:
        'Start of compute for a serverless endpoint: its cold starts and how long they took. Count and sum only.',
      defaultStat: 'avg',
    },
    {
      name: 'sagemaker.modelLoadingWait',
      unit: 'ms',
      meaning: 'How long requests waited for their model to be downloaded or loaded. Count and sum only.',
      defaultStat: 'avg',
    },
  ]),
  ...gauges([
    ...['modelLatency', 'overheadLatency'].flatMap((of) => [
      {
        name: `sagemaker.${of}Max`,
        unit: 'ms',
        meaning: `Longest sagemaker.${of} of each minute.`,
        defaultStat: 'max',
      },
      {
        name: `sagemaker.${of}P95`,
        unit: 'ms',
        meaning: `95th percentile of sagemaker.${of} in each minute. Over longer steps read its max, not its average.`,
        defaultStat: 'max',
      },
      {
        name: `sagemaker.${of}P99`,
        unit: 'ms',
        meaning: `99th percentile of sagemaker.${of} in each minute. Over longer steps read its max, not its average.`,
        defaultStat: 'max',
      },
    ]),
    {
      name: 'sagemaker.modelSetupTimeMax',
      unit: 'ms',
      meaning: 'The slowest cold start of each minute.',
      defaultStat: 'max',
    },
    {
      name: 'sagemaker.modelLoadingWaitMax',
      unit: 'ms',
      meaning: 'The longest wait for a model to be loaded in each minute.',
      defaultStat: 'max',
    },
    {
      name: 'sagemaker.backlog',
      unit: '{request}',
      meaning: 'Requests of an asynchronous endpoint that wait or are worked on.',
      defaultStat: 'sum',
    },
    {
      name: 'sagemaker.cpuUtilization',
      unit: '%',
      meaning:
        'Use of the CPU summed over the cores of an instance: 400 with four busy cores. Averaged over instances.',
    },
    {
      name: 'sagemaker.memoryUtilization',
      unit: '%',
      meaning: 'Memory in use by the containers of an instance, 0 to 100.',
      defaultStat: 'max',
    },
    {
      name: 'sagemaker.diskUtilization',
      unit: '%',
      meaning: 'Disk in use by the containers of an instance, 0 to 100.',
      defaultStat: 'max',
    },
    {
      name: 'sagemaker.gpuUtilization',
      unit: '%',
      meaning: 'Use of the GPU summed over the GPUs of an instance: 400 with four busy ones. Averaged over instances.',
    },
    {
      name: 'sagemaker.gpuMemoryUtilization',
      unit: '%',
      meaning: 'VRAM in use summed over the GPUs of an instance: 400 with four full ones. Averaged over instances.',
      defaultStat: 'max',
    },
  ]),
  ...ratios([
    {
      name: 'sagemaker.errorRatio',
      numerator: { metric: 'sagemaker.errors', stat: 'rate' },
      denominator: { metric: 'sagemaker.requests', stat: 'rate' },
      unit: '1',
      meaning: 'Requests that failed, of those sent to an endpoint.',
    },
  ]),
];
