import type * as z from 'zod';
import { MAX_ATTRIBUTES_CHARS } from '../../telemetry/door/limits.ts';
import type { InferenceEvent } from '../../telemetry/events.ts';
import { statusOfWords } from '../../telemetry/genai/status.ts';
import { attributionOf } from '../attribution.ts';
import { resolveBedrockModel } from '../bedrockModelId.ts';
import type { BedrockLogRecord } from './record.ts';
import { bodyServiceTier, bodyUsage } from './usage.ts';

/**
 * The inference event of one logged call, to go through the door like any other.
 *
 * Who called is the IAM principal, unless the request's metadata names a client; team, project, environment and the like come from
 * its metadata, and what else there is becomes attributes. `inputTokens` are all tokens of the prompt: Bedrock counts those read
 * from and written to the cache apart, here they are part of it, as in OpenTelemetry's conventions.
 *
 * @param options.keepContent puts the texts into attributes `prompt` and `completion` as far as attributes may hold them; the
 *   door drops them unless it was told to keep content too
 */
export const inferenceOfLog = (
  record: BedrockLogRecord,
  { keepContent }: { keepContent: boolean },
): z.input<typeof InferenceEvent> => {
  const { input, output, errorCode } = record;
  const { deployment, model } = resolveBedrockModel(record.modelId);
  const { attribution, others } = attributionOf(record.requestMetadata ?? {});
  const attributes = {
    ...others,
    ...(record.inferenceRegion && { inferenceRegion: record.inferenceRegion }),
  };
  const event = {
    id: record.requestId,
    timestamp: record.timestamp,
    model,
    provider: 'aws.bedrock',
    account: record.accountId,
    region: record.region,
    client: record.identity?.arn,
    endpoint: record.operation,
    errorType: errorCode ?? undefined,
    serviceTier: bodyServiceTier(output?.outputBodyJson),
    ...tokensOf(record),
    ...attribution,
    attributes: keepContent
      ? withContent(attributes, { prompt: input?.inputBodyJson, completion: output?.outputBodyJson })
      : attributes,
  };
  return {
    kind: 'inference',
    deployment,
    status: errorCode ? statusOfWords(errorCode) : 'ok',
    ...defined(event),
  };
};

/** Bedrock's own counts where it has them, else those of the body. */
const tokensOf = ({ input, output }: BedrockLogRecord) => {
  const body = bodyUsage(output?.outputBodyJson);
  const cacheReadTokens = input?.cacheReadInputTokenCount ?? body.cacheReadTokens;
  const cacheWriteTokens = input?.cacheWriteInputTokenCount ?? body.cacheWriteTokens;
  const uncached = input?.inputTokenCount ?? body.inputTokens;
  return {
    inputTokens: uncached === undefined ? undefined : uncached + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0),
    outputTokens: output?.outputTokenCount ?? body.outputTokens,
    cacheReadTokens,
    cacheWriteTokens,
    cacheWrite1hTokens: body.cacheWrite1hTokens,
    tokenShape: cacheReadTokens === undefined && cacheWriteTokens === undefined ? undefined : ('inclusive' as const),
    latencyMs: body.latencyMs,
    timeToFirstTokenMs: body.timeToFirstTokenMs,
  };
};

/** Texts as long as they fit; one that does not would have the whole event refused. */
const withContent = (attributes: Record<string, unknown>, content: Record<string, unknown>) => {
  const kept = { ...attributes };
  for (const [name, value] of Object.entries(content)) {
    if (value === undefined) continue;
    const text = JSON.stringify(value);
    if (JSON.stringify({ ...kept, [name]: text }).length <= MAX_ATTRIBUTES_CHARS) kept[name] = text;
    else kept[`${name}Chars`] = text.length;
  }
  return kept;
};

/** Without what is undefined. */
const defined = <T extends Record<string, unknown>>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
