import { describe, expect, it } from 'vitest';
import { FUNCTIONS, type FunctionName } from '../../lib/functions.ts';
import { actionsInCode } from './calls.ts';
import { statementsOf } from './statements.ts';
import { synthesised } from './synthesised.ts';

/** What the platform does in the name of a function: its log, its traces, the key behind other services, its queues. */
const AROUND = /^(?:kms|logs|xray|sqs):/;

const WRITES = ['BatchWriteItem', 'ConditionCheckItem', 'DeleteItem', 'PutItem', 'UpdateItem'].map(
  (action) => `dynamodb:${action}`,
);
/** Only the archive looks for batches that nobody announced. */
const LISTING = ['s3:ListBucket'];
/** In the files of its bundle, but not called by it: such an adapter has more methods than this function uses. */
const NEVER_CALLED: Partial<Record<FunctionName, readonly string[]>> = {
  ingest: LISTING,
  'read-metrics': LISTING,
  'bedrock-logs': LISTING,
  'metric-stream': LISTING,
  // They read only.
  observe: [...WRITES, ...LISTING],
  authorise: WRITES,
  api: ['timestream:WriteRecords'],
  configure: ['s3:DeleteObject'],
  inventory: ['s3:DeleteObject'],
  'estimate-costs': ['s3:DeleteObject', 'timestream:WriteRecords', ...WRITES],
  evaluate: ['s3:DeleteObject', 's3:PutObject', 'timestream:WriteRecords'],
};

describe('grants', () => {
  const { templates } = synthesised(`
hashClients: true
aws: { timeSeriesStore: timestream, costExplorer: { enabled: true }, sources: { bedrockLogGroup: calls }, gpuFleet: { enabled: true, metricStream: true } }`);
  const statements = [...templates.values()].flatMap(statementsOf);

  it.each(Object.keys(FUNCTIONS) as FunctionName[])(
    'let %s call what its code calls, and nothing else',
    async (name) => {
      const role = `${name.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase())}Role`;
      const granted = statements
        .filter(({ policy }) => policy.startsWith(role))
        .flatMap(({ actions }) => actions.filter((action) => !AROUND.test(action)));

      const called = (await actionsInCode(name)).filter((action) => !NEVER_CALLED[name]?.includes(action));

      expect([...new Set(granted)].sort()).toEqual(called.filter((action) => !AROUND.test(action)));
    },
  );
});
