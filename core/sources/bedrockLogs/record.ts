import * as z from 'zod';

const count = z.int().nonnegative();

/**
 * A record of Bedrock's model-invocation logging, as it is delivered to CloudWatch Logs and to S3 alike; from the user guide's
 * "Monitor model invocation using CloudWatch Logs and Amazon S3" and records as they came. Bodies larger than 100 kB are left out by
 * Bedrock and named by an S3 path.
 */
export const BedrockLogRecord = z.object({
  schemaType: z.literal('ModelInvocationLog'),
  timestamp: z.string(),
  accountId: z.string().optional(),
  region: z.string().optional(),
  /** Where a cross-Region profile sent the call. */
  inferenceRegion: z.string().optional(),
  requestId: z.string().optional(),
  operation: z.string().optional(),
  modelId: z.string().min(1),
  identity: z.object({ arn: z.string().optional() }).optional(),
  requestMetadata: z.record(z.string(), z.string()).nullish(),
  errorCode: z.string().nullish(),
  input: z
    .object({
      inputTokenCount: count.nullish(),
      cacheReadInputTokenCount: count.nullish(),
      cacheWriteInputTokenCount: count.nullish(),
      inputBodyJson: z.unknown(),
    })
    .partial()
    .nullish(),
  output: z.object({ outputTokenCount: count.nullish(), outputBodyJson: z.unknown() }).partial().nullish(),
});
export type BedrockLogRecord = z.infer<typeof BedrockLogRecord>;
