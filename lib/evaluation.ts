import type * as z from 'zod';
import type { Config } from '../core/config.ts';
import type { Env } from '../lambdas/evaluate/env.ts';
import type { AlarmTopics } from './alarms.ts';
import { rollupStoreEnvironment } from './environments.ts';
import type { DataStack } from './stacks/data.ts';

export interface EvaluationProps {
  readonly config: Config;
  readonly data: DataStack;
  readonly topics: AlarmTopics;
}

/** The environment of the evaluation, which needs the topics that the others know nothing of. */
export const evaluationEnvironment = ({ config, data, topics }: EvaluationProps) =>
  ({
    ...rollupStoreEnvironment({ config, data }),
    STATE_TABLE: data.stateTable.tableName,
    TOPIC_CRITICAL: topics.critical.topicArn,
    TOPIC_WARNING: topics.warning.topicArn,
    TOPIC_INFO: topics.info.topicArn,
    RUNBOOK_URL: config.aws.runbookUrl,
    VRAM_PERCENT: String(config.thresholds.vramPercent),
    GPU_IDLE_PERCENT: String(config.thresholds.gpuIdlePercent),
    GPU_IDLE_MIN: String(config.thresholds.gpuIdleMin),
  }) satisfies z.input<typeof Env>;
