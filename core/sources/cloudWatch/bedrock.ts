import { resolveBedrockModel } from '../bedrockModelId.ts';
import { amount, duration } from './targets.ts';
import type { SeriesFamily } from './types.ts';

/**
 * Deployment and model of what a dimension names, and the name itself: one model called by its id and by its ARN is two series of
 * CloudWatch, which must not become one, or only the greater would count.
 */
const called = (modelId = '') => {
  const { deployment, model } = resolveBedrockModel(modelId);
  return { deployment, ...(model !== undefined && { model }), modelId };
};

/**
 * AWS/Bedrock, from the user guide's "Monitor bedrock-runtime inference using CloudWatch metrics". Latencies are milliseconds. The
 * tokens of the cache go by two names in AWS's own pages: both are read, and as one series they count once. What is also published
 * with further dimensions (image size, service tier) is left alone: with `ModelId` only it is all there.
 */
const RUNTIME: SeriesFamily = {
  source: 'bedrock',
  namespace: 'AWS/Bedrock',
  dimensions: ['ModelId'],
  labelsOf: ({ ModelId }) => ({ provider: 'aws.bedrock', api: 'runtime', ...called(ModelId) }),
  metrics: {
    Invocations: amount('bedrock.requests'),
    InvocationClientErrors: amount('bedrock.errors', { rank: 1, set: { side: 'client' } }),
    InvocationServerErrors: amount('bedrock.errors', { rank: 1, set: { side: 'server' } }),
    InvocationThrottles: amount('bedrock.throttled', { rank: 1 }),
    InputTokenCount: amount('bedrock.inputTokens'),
    OutputTokenCount: amount('bedrock.outputTokens'),
    CacheReadInputTokenCount: amount('bedrock.cacheReadTokens'),
    CacheReadInputTokens: amount('bedrock.cacheReadTokens'),
    CacheWriteInputTokenCount: amount('bedrock.cacheWriteTokens'),
    CacheWriteInputTokens: amount('bedrock.cacheWriteTokens'),
    OutputImageCount: amount('bedrock.outputImages'),
    EstimatedTPMQuotaUsage: amount('bedrock.quotaTokens', { rank: 1 }),
    InvocationLatency: duration('bedrock.latency'),
    TimeToFirstToken: duration('bedrock.timeToFirstToken'),
  },
};

/**
 * AWS/BedrockMantle, from "Monitor bedrock-mantle inference using CloudWatch metrics": published by account, project, model, and
 * project and model. The last is read, since it is the finest and adds up to the others; tokens of single calls are only there.
 * It has no latency.
 */
const MANTLE: SeriesFamily = {
  source: 'bedrock',
  namespace: 'AWS/BedrockMantle',
  dimensions: ['Model', 'Project'],
  labelsOf: ({ Model, Project = '' }) => ({
    provider: 'aws.bedrock',
    api: 'mantle',
    bedrockProject: Project,
    ...called(Model),
  }),
  metrics: {
    Inferences: amount('bedrock.requests'),
    InferenceClientErrors: amount('bedrock.errors', { rank: 1, set: { side: 'client' } }),
    InputTokens: amount('bedrock.inputTokens'),
    OutputTokens: amount('bedrock.outputTokens'),
  },
};

export const BEDROCK_SERIES: readonly SeriesFamily[] = [RUNTIME, MANTLE];
