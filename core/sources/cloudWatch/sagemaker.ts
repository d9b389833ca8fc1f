import { amount, duration, level, rareDuration } from './targets.ts';
import type { SeriesFamily, Target } from './types.ts';

/** SageMaker's durations are microseconds; ours milliseconds. */
const MICROSECONDS = { scale: 1e-3 };

const provider = 'aws.sagemaker';
const endpoint = ({ EndpointName = '', VariantName }: Readonly<Record<string, string>>) => ({
  provider,
  operation: 'inference',
  deployment: EndpointName,
  ...(VariantName !== undefined && { variant: VariantName }),
});

/** AWS/SageMaker, from the developer guide's "Endpoint invocation metrics" and "Multi-model endpoint metrics". */
const ENDPOINTS: SeriesFamily = {
  source: 'sagemaker',
  namespace: 'AWS/SageMaker',
  dimensions: ['EndpointName', 'VariantName'],
  labelsOf: endpoint,
  metrics: {
    Invocations: amount('sagemaker.requests'),
    Invocation4XXErrors: amount('sagemaker.errors', { rank: 1, set: { side: 'client' } }),
    Invocation5XXErrors: amount('sagemaker.errors', { rank: 1, set: { side: 'server' } }),
    ModelLatency: duration('sagemaker.modelLatency', MICROSECONDS),
    OverheadLatency: duration('sagemaker.overheadLatency', MICROSECONDS),
    ModelSetupTime: rareDuration('sagemaker.modelSetupTime', MICROSECONDS),
    ModelLoadingWaitTime: rareDuration('sagemaker.modelLoadingWait', MICROSECONDS),
    ModelCacheHit: amount('sagemaker.modelCacheHits', { rank: 2 }),
  },
};

/** Asynchronous endpoints, from "Alarms and logs for tracking metrics from asynchronous endpoints". */
const ASYNCHRONOUS: SeriesFamily = {
  source: 'sagemaker',
  namespace: 'AWS/SageMaker',
  dimensions: ['EndpointName'],
  labelsOf: endpoint,
  metrics: { ApproximateBacklogSize: level('sagemaker.backlog', { rank: 1 }) },
};

/** Percent; of CPUs and GPUs summed over the cores and GPUs of an instance, as the guide says: up to 400 with four. */
const UTILIZATION: Readonly<Record<string, Target>> = {
  CPUUtilization: level('sagemaker.cpuUtilization'),
  MemoryUtilization: level('sagemaker.memoryUtilization'),
  DiskUtilization: level('sagemaker.diskUtilization'),
  GPUUtilization: level('sagemaker.gpuUtilization'),
  GPUMemoryUtilization: level('sagemaker.gpuMemoryUtilization'),
};

const INSTANCES: SeriesFamily = {
  source: 'sagemaker',
  namespace: '/aws/sagemaker/Endpoints',
  dimensions: ['EndpointName', 'VariantName'],
  labelsOf: endpoint,
  metrics: UTILIZATION,
};

/** Endpoints with enhanced metrics publish each GPU by itself: 0 to 100, as gpu.utilization is of any other host. */
const ACCELERATORS: SeriesFamily = {
  source: 'sagemaker',
  namespace: '/aws/sagemaker/Endpoints',
  dimensions: ['AcceleratorId', 'EndpointName', 'InstanceId', 'VariantName'],
  labelsOf: ({ AcceleratorId = '', InstanceId = '', ...of }) => ({
    ...endpoint(of),
    instance: InstanceId,
    gpu: AcceleratorId,
  }),
  metrics: { GPUUtilization: level('gpu.utilization'), GPUMemoryUtilization: level('gpu.memoryUtilization') },
};

/** Dimension `Host` is `job/algo-1`, the job's instances counted from 1. */
const TRAINING: SeriesFamily = {
  source: 'sagemaker',
  namespace: '/aws/sagemaker/TrainingJobs',
  dimensions: ['Host'],
  labelsOf: ({ Host = '' }) => {
    const [trainingJob = '', instance = ''] = Host.split('/');
    return { provider, operation: 'training', trainingJob, instance };
  },
  metrics: UTILIZATION,
};

export const SAGEMAKER_SERIES: readonly SeriesFamily[] = [ENDPOINTS, ASYNCHRONOUS, INSTANCES, ACCELERATORS, TRAINING];
