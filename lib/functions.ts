import type { Config } from '../core/config.ts';

interface FunctionFacts {
  memoryMb: number;
  timeoutS: number;
  /** X-Ray begins traces of it, always or where a setting says so; without, it joins those that reach it. */
  isTraced?: true | 'traceIngest';
  does: string;
}

/**
 * The functions of the application, each a folder of that name in lambdas/. Memory buys CPU too: what a person or a client
 * waits for has more than it needs. A scheduled function ends before its next run begins. X-Ray begins traces of what people wait
 * for; of the others it would show a single bar, for $5 a million (bench/aws-cost), and their logs have the duration.
 */
export const FUNCTIONS = {
  ingest: {
    memoryMb: 1024,
    timeoutS: 29,
    isTraced: 'traceIngest',
    does: 'takes telemetry in: one object in the bucket for each accepted request',
  },
  api: {
    memoryMb: 1024,
    timeoutS: 29,
    isTraced: true,
    does: 'answers queries, the registry, notices, exports and its own health',
  },
  authorise: { memoryMb: 512, timeoutS: 10, does: 'says who calls, by API key or by token' },
  'roll-up': { memoryMb: 1024, timeoutS: 120, does: 'folds accepted batches into rollups' },
  compact: { memoryMb: 1024, timeoutS: 600, does: 'merges blocks of rollups into fewer' },
  expire: { memoryMb: 512, timeoutS: 600, does: 'drops rollups that are older than they are kept' },
  archive: { memoryMb: 2048, timeoutS: 840, does: 'writes batches as Parquet, and sends again what nobody announced' },
  heartbeat: { memoryMb: 256, timeoutS: 60, does: 'sends one point through the whole of it and looks for the last' },
  observe: { memoryMb: 256, timeoutS: 30, does: 'makes events of what other AWS services announce' },
  'read-metrics': { memoryMb: 512, timeoutS: 120, does: 'reads metrics that AWS keeps of Bedrock and SageMaker' },
  'bedrock-logs': { memoryMb: 512, timeoutS: 60, does: 'makes events of logged Bedrock calls, without their texts' },
  configure: { memoryMb: 256, timeoutS: 120, does: 'puts the configuration’s registry into the table' },
  evaluate: {
    memoryMb: 1024,
    timeoutS: 240,
    does: 'looks for full and idle GPUs and for silence, and tells of it once',
  },
  'estimate-costs': { memoryMb: 512, timeoutS: 55, does: 'estimates what the hours that are under way cost' },
  inventory: { memoryMb: 512, timeoutS: 300, does: 'lists what runs that costs by the hour' },
  'reconcile-bill': { memoryMb: 512, timeoutS: 600, does: 'asks Cost Explorer for the bill, a few paid pages a day' },
  'metric-stream': { memoryMb: 512, timeoutS: 60, does: 'keeps what the metric stream of the fleet delivers' },
} as const satisfies Record<string, FunctionFacts>;

export type FunctionName = keyof typeof FUNCTIONS;

/** Whether X-Ray begins traces of a function. */
export const isTraced = (name: FunctionName, settings: Pick<Config['aws'], 'traceIngest'>): boolean => {
  const { isTraced }: FunctionFacts = FUNCTIONS[name];
  return typeof isTraced === 'string' ? settings[isTraced] : isTraced === true;
};
