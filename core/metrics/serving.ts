import { counters, gauges, histograms, ratios } from './define.ts';
import type { Metric } from './types.ts';

/** Model servers (vLLM, SGLang, TGI, Triton and exporters of one's own) as they tell of themselves, and their callers' view. */
export const SERVING: readonly Metric[] = [
  ...gauges([
    {
      name: 'serving.requestsRunning',
      unit: '{request}',
      meaning: 'Requests the server works on now.',
      defaultStat: 'sum',
    },
    {
      name: 'serving.requestsWaiting',
      unit: '{request}',
      meaning: 'Requests that wait in the server: its queue depth.',
      defaultStat: 'sum',
      rows: ['000.037', '001.075', '002.050', '004.023'],
    },
    {
      name: 'serving.kvCacheUtilization',
      unit: '%',
      meaning:
        'Key-value cache in use. Near 100 the server preempts; a better sign of full memory than VRAM, which servers reserve.',
      defaultStat: 'max',
    },
    {
      name: 'serving.modelMemory',
      unit: 'By',
      meaning: 'Memory that a loaded model takes.',
      defaultStat: 'sum',
      rows: ['001.079'],
    },
  ]),
  ...counters([
    {
      name: 'serving.requests',
      unit: '{request}',
      meaning: 'Requests that ended, by status.',
      rows: ['003.036', '004.063'],
    },
    { name: 'serving.errors', unit: '{request}', meaning: 'Requests that failed.', rows: ['001.080'] },
    { name: 'serving.timeouts', unit: '{request}', meaning: 'Requests that ran out of time.', rows: ['001.081'] },
    {
      name: 'serving.fallbacks',
      unit: '{request}',
      meaning: 'Requests handed to a fallback model.',
      rows: ['001.082'],
    },
    {
      name: 'serving.preemptions',
      unit: '{preemption}',
      meaning: 'Requests put back because the key-value cache was full.',
    },
    { name: 'serving.promptTokens', unit: '{token}', meaning: 'Prompt tokens processed.', rows: ['002.053'] },
    { name: 'serving.generationTokens', unit: '{token}', meaning: 'Tokens generated.', rows: ['002.053'] },
    {
      name: 'serving.prefixCacheQueries',
      unit: '{token}',
      meaning: 'Prompt tokens looked up in the prefix cache.',
    },
    { name: 'serving.prefixCacheHits', unit: '{token}', meaning: 'Prompt tokens found in the prefix cache.' },
    {
      name: 'serving.cost',
      unit: 'USD',
      meaning: 'Cost of inference as the server or its exporter reported it.',
      rows: ['003.047'],
    },
  ]),
  ...histograms([
    {
      name: 'serving.requestLatency',
      unit: 'ms',
      meaning: "From request to last token, by the server's clock.",
      rows: ['001.074', '003.037', '004.065'],
    },
    { name: 'serving.timeToFirstToken', unit: 'ms', meaning: "From request to first token, by the server's clock." },
    { name: 'serving.timePerOutputToken', unit: 'ms', meaning: 'Time between one token of an answer and the next.' },
    {
      name: 'serving.queueTime',
      unit: 'ms',
      meaning: "Time a request waited in the server's queue.",
      rows: ['000.038', '004.024'],
    },
    { name: 'serving.prefillTime', unit: 'ms', meaning: 'Time spent on reading the prompt.' },
    { name: 'serving.decodeTime', unit: 'ms', meaning: 'Time spent on writing the answer.' },
    { name: 'serving.requestPromptTokens', unit: '{token}', meaning: 'Prompt tokens of a request.' },
    { name: 'serving.requestGenerationTokens', unit: '{token}', meaning: 'Tokens generated for a request.' },
    {
      name: 'client.operationDuration',
      unit: 'ms',
      meaning: "Duration of a GenAI operation, by the caller's clock.",
      rows: ['002.052'],
    },
    { name: 'client.timeToFirstChunk', unit: 'ms', meaning: "From request to first chunk, by the caller's clock." },
    {
      name: 'client.tokens',
      unit: '{token}',
      meaning: 'Tokens of a GenAI operation as its caller reported them, by tokenType (input, output).',
      defaultStat: 'sum',
      rows: ['002.053'],
    },
  ]),
  ...ratios([
    {
      name: 'serving.errorRatio',
      // Exporters disagree on the word for a request that went well.
      numerator: { metric: 'serving.requests', stat: 'rate', filter: ['status!:ok,success'] },
      denominator: { metric: 'serving.requests', stat: 'rate' },
      unit: '1',
      meaning: 'Share of requests that ended otherwise than ok, of servers that count both.',
      rows: ['002.048'],
    },
    {
      name: 'serving.prefixCacheHitRatio',
      numerator: { metric: 'serving.prefixCacheHits', stat: 'rate' },
      denominator: { metric: 'serving.prefixCacheQueries', stat: 'rate' },
      unit: '1',
      meaning: 'Share of prompt tokens found in the prefix cache.',
      rows: ['002.051'],
    },
  ]),
];
