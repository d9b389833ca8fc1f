import * as z from 'zod';

/**
 * The six kinds of event, one schema each: the only definition of what `POST /v1/events` takes and what is kept.
 * Names are camelCase and carry their unit. Unknown fields are not lost: the door moves them into `attributes`.
 */

/**
 * A name of something. No control characters: rollups join names by U+001F, and lists show one a line.
 * One pattern, since every check of every field of every event costs: it takes a fifth less time than three checks.
 */
export const name = z
  .string()
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is refused
  .regex(/^[^\u0000-\u001f]{1,256}$/, 'expected a text of 1 to 256 characters, none of them a control character')
  .meta({ minLength: 1, maxLength: 256 });
const count = z.int().nonnegative();
// One absurd value (an id for a count, a date for a duration) would drown all others in every sum that it is part of.
const tokens = z.uint32();
const milliseconds = z
  .number()
  .nonnegative()
  .max(31 * 86_400_000);
const usd = z.number().nonnegative().max(1e6);
/** What a call of a model is paid as. */
export const SERVICE_TIERS = ['standard', 'batch', 'flex', 'priority'] as const;
export type ServiceTier = (typeof SERVICE_TIERS)[number];
const scalar = z.union([z.number(), z.string().max(1024), z.boolean()]);

/** Who and where: all optional, since most of it defaults to the deployment's entry in the registry. */
const attribution = {
  team: name.optional().describe('who used it; defaults to the owner in the registry'),
  project: name.optional(),
  environment: name.optional().describe('for example production, staging'),
  provider: name.optional().describe('for example aws.bedrock, aws.sagemaker, vllm'),
  account: name.optional(),
  region: name.optional(),
};

const common = {
  id: name.optional().describe('unique name of this event, kept for drill-down'),
  timestamp: z
    .union([z.number(), z.string()])
    .optional()
    .describe('ISO 8601 or epoch milliseconds; when absent, the time of arrival'),
  traceId: name.optional(),
  attributes: z.record(z.string(), z.unknown()).optional().describe('anything else worth keeping'),
};

export const InferenceEvent = z
  .object({
    kind: z.literal('inference'),
    ...common,
    deployment: name.describe('one model version served somewhere'),
    model: name.optional(),
    modelVersion: name.optional(),
    variant: name.optional().describe('A/B variant'),
    ...attribution,
    client: name.optional().describe('who called: user, key or service'),
    endpoint: name.optional().describe('path or operation that was called'),
    latencyMs: milliseconds.optional().describe('request to last byte, milliseconds; absent where it is not known'),
    status: name.describe(
      'ok, error, timeout, throttled, or another word for a failure; success and succeeded are kept as ok, and these words in small letters',
    ),
    errorType: name.optional(),
    inputTokens: tokens.optional(),
    outputTokens: tokens.optional(),
    cacheReadTokens: tokens.optional(),
    cacheWriteTokens: tokens.optional().describe('all that were written to the cache, for however long'),
    cacheWrite1hTokens: tokens.optional().describe('of cacheWriteTokens, those written for an hour'),
    tokenShape: z
      .enum(['inclusive', 'exclusive'])
      .optional()
      .describe('are cached tokens part of inputTokens; by default as the API of the provider counts'),
    serviceTier: z.enum(SERVICE_TIERS).optional().describe('what the call was paid as; standard when absent'),
    queueMs: milliseconds.optional(),
    timeToFirstTokenMs: milliseconds.optional(),
    coldStart: z.boolean().optional(),
    coldStartMs: milliseconds.optional(),
    payloadBytes: count.max(1e12).optional(),
    cacheHit: z.boolean().optional(),
    fallback: z.boolean().optional().describe('answered by a fallback model'),
    features: z.record(name, scalar).optional().describe('input features, for drift'),
    prediction: scalar.optional(),
    confidence: z.number().min(0).max(1).optional(),
    costUsd: usd.optional().describe('cost known to the sender, US dollars'),
    source: z.enum(['event', 'span']).optional().describe('set by the door: what reported it'),
  })
  .describe('One call of a model.');

export const OutcomeEvent = z
  .object({
    kind: z.literal('outcome'),
    ...common,
    deployment: name,
    model: name.optional(),
    modelVersion: name.optional(),
    ...attribution,
    client: name.optional(),
    predictionId: name.optional().describe('id of the inference event this speaks of'),
    dataset: name.optional(),
    correct: z.boolean().optional().describe('was the prediction right'),
    predicted: scalar.optional(),
    actual: scalar.optional(),
    rating: z.number().optional().describe('user satisfaction, in the scale you use'),
    feedback: z.enum(['positive', 'negative']).optional(),
    valueUsd: z.number().optional().describe('business value of this outcome, US dollars'),
  })
  .describe('Ground truth or feedback for a prediction.');

export const TrainingEvent = z
  .object({
    kind: z.literal('training'),
    ...common,
    job: name,
    deployment: name.optional(),
    model: name.optional(),
    modelVersion: name.optional(),
    ...attribution,
    status: z.enum(['started', 'running', 'completed', 'failed', 'stopped']),
    epoch: count.optional(),
    loss: z.number().optional(),
    accuracy: z.number().optional(),
    learningRate: z.number().optional(),
    durationMs: milliseconds.optional(),
    instanceType: name.optional(),
    instanceCount: count.optional(),
    dataset: name.optional(),
    costUsd: usd.optional(),
  })
  .describe('Progress or end of a training job.');

export const DeploymentEvent = z
  .object({
    kind: z.literal('deployment'),
    ...common,
    deployment: name,
    model: name.optional(),
    modelVersion: name.optional(),
    previousVersion: name.optional(),
    ...attribution,
    action: z.enum(['released', 'rolledBack', 'scaled', 'stopped']),
    instanceType: name.optional(),
    user: name.optional(),
  })
  .describe('A release, a roll-back or another change of a deployment.');

export const ActivityEvent = z
  .object({
    kind: z.literal('activity'),
    ...common,
    deployment: name.optional(),
    ...attribution,
    user: name,
    action: name,
    feature: name.optional(),
    sessionId: name.optional(),
    userAgent: z.string().max(1024).optional(),
    ipAddress: name.optional(),
  })
  .describe("A user's action in your application.");

export const SecurityEvent = z
  .object({
    kind: z.literal('security'),
    ...common,
    deployment: name.optional(),
    ...attribution,
    category: z.enum(['authentication', 'authorisation', 'threat']),
    outcome: z.enum(['allowed', 'denied', 'detected']),
    action: name.optional(),
    user: name.optional(),
    ipAddress: name.optional(),
    riskScore: z.number().min(0).max(1).optional(),
  })
  .describe('A security-relevant event: authentication, authorisation, threat.');

export const EVENT_SCHEMAS = {
  inference: InferenceEvent,
  outcome: OutcomeEvent,
  training: TrainingEvent,
  deployment: DeploymentEvent,
  activity: ActivityEvent,
  security: SecurityEvent,
} as const;

export type EventKind = keyof typeof EVENT_SCHEMAS;
export const EVENT_KINDS = Object.keys(EVENT_SCHEMAS) as EventKind[];

export const EventInput = z.discriminatedUnion('kind', [
  InferenceEvent,
  OutcomeEvent,
  TrainingEvent,
  DeploymentEvent,
  ActivityEvent,
  SecurityEvent,
]);
export type EventInput = z.infer<typeof EventInput>;

/** An event past the door: its time is epoch milliseconds, always there; content is gone; unknown fields are attributes. */
export type ModelEvent = EventInput & { timestamp: number };
export type Inference = z.infer<typeof InferenceEvent> & { timestamp: number };
