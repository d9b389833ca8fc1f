import { BEDROCK, GPU_HOST, SAGEMAKER, VLLM } from '../../core/metrics/cloudWatch.ts';
import type { DashboardSpec } from '../panel.ts';

export const AI_MODELS: DashboardSpec = {
  id: 'ai-models',
  title: 'Modelmeter: AI Models',
  about: 'How fast and how right models answer, and what goes wrong.',
  rows: ['001.073', '004.089'],
  hours: 24,
  sections: [
    {
      title: 'Inference',
      panels: [
        {
          title: 'Latency of Bedrock, p95',
          about: 'From request to last token, by model; of your own events in Grafana.',
          rows: ['001.074', '004.093'],
          unit: 'ms',
          cloudWatch: [{ find: BEDROCK.latency, stat: 'p95', only: 'models' }],
          athena: { from: 'inference', value: 'approx_percentile(latencyMs, 0.95)', by: 'model' },
        },
        {
          title: 'Latency of SageMaker endpoints, p95',
          about: 'ModelLatency, which CloudWatch keeps in microseconds.',
          rows: ['001.074', '004.093'],
          unit: 'us',
          cloudWatch: [{ find: SAGEMAKER.latency, stat: 'p95', only: 'models' }],
        },
        {
          title: 'Predictions',
          about: 'Calls in each five minutes.',
          rows: ['004.092'],
          unit: '{request}',
          cloudWatch: [
            { find: BEDROCK.invocations, stat: 'Sum', only: 'models' },
            { find: SAGEMAKER.invocations, stat: 'Sum', only: 'models' },
          ],
          athena: { from: 'inference', value: 'count(*)', by: 'model' },
        },
        {
          title: 'Queue of model servers',
          about: 'Requests that wait in vLLM, where it is scraped; in Grafana how long calls said that they waited.',
          rows: ['001.075'],
          unit: '{request}',
          cloudWatch: [{ select: 'MAX', of: VLLM.waiting, by: 'InstanceId' }],
        },
        {
          title: 'Wait before a model, p95',
          about: 'Of the calls whose events say how long they waited.',
          rows: ['001.075'],
          unit: 'ms',
          athena: {
            from: 'inference',
            value: 'approx_percentile(queueMs, 0.95)',
            by: 'deployment',
            where: 'queueMs IS NOT NULL',
          },
        },
      ],
    },
    {
      title: 'Quality',
      panels: [
        {
          title: 'Accuracy',
          about:
            'Share of the outcomes that were right, by the day on which they became known. Few outcomes say little.',
          rows: ['001.076'],
          unit: '1',
          athena: {
            from: 'outcome',
            value: 'avg(IF(correct, 1.0, 0.0))',
            by: 'model',
            where: 'correct IS NOT NULL',
            every: '1d',
          },
        },
        {
          title: 'MAPE',
          about: 'Mean distance of prediction and truth, of the truth; outcomes with a truth of 0 are left out.',
          rows: ['004.090'],
          unit: '%',
          athena: {
            from: 'outcome',
            value: '100 * avg(abs(try_cast(predicted AS double) / try_cast(actual AS double) - 1))',
            by: `coalesce(model, '') || ' ' || coalesce(modelVersion, '')`,
            where: 'try_cast(actual AS double) <> 0',
            every: '1d',
          },
        },
        {
          title: 'RMSE',
          about: 'Root of the mean squared distance of prediction and truth, in their unit.',
          rows: ['004.091'],
          unit: '1',
          athena: {
            from: 'outcome',
            value: 'sqrt(avg(power(try_cast(predicted AS double) - try_cast(actual AS double), 2)))',
            by: `coalesce(model, '') || ' ' || coalesce(modelVersion, '')`,
            where: 'try_cast(actual AS double) IS NOT NULL',
            every: '1d',
          },
        },
      ],
    },
    {
      title: 'Memory',
      panels: [
        {
          title: 'VRAM in use by host',
          about: 'Sum over its GPUs. A server such as vLLM reserves most of it at its start.',
          rows: ['001.077'],
          unit: 'MiBy',
          cloudWatch: [{ select: 'SUM', of: GPU_HOST.memoryUsed, by: 'InstanceId' }],
        },
        {
          title: 'Least free VRAM by host',
          about: 'Of the fullest GPU of each host.',
          rows: ['001.078'],
          unit: 'MiBy',
          cloudWatch: [{ select: 'MIN', of: GPU_HOST.memoryFree, by: 'InstanceId' }],
          alarm: 'vram-nearly-full',
        },
        {
          title: 'Key-value cache in use',
          about: 'What a loaded model really uses of the memory that it reserved: near 1 it puts requests back.',
          rows: ['001.079'],
          unit: '1',
          cloudWatch: [{ select: 'MAX', of: VLLM.kvCache, by: 'InstanceId' }],
        },
      ],
    },
    {
      title: 'Errors',
      panels: [
        {
          title: 'Calls that failed',
          about: 'Refused as wrong, failed on the side of the model, and refused by a quota.',
          rows: ['001.080'],
          unit: '{request}',
          cloudWatch: [
            { find: BEDROCK.clientErrors, stat: 'Sum', only: 'models' },
            { find: BEDROCK.serverErrors, stat: 'Sum', only: 'models' },
            { find: BEDROCK.throttles, stat: 'Sum', only: 'models' },
            { find: SAGEMAKER.clientErrors, stat: 'Sum', only: 'models' },
            { find: SAGEMAKER.serverErrors, stat: 'Sum', only: 'models' },
          ],
          athena: { from: 'inference', value: 'count(*)', by: 'status', where: `status <> 'ok'` },
        },
        {
          title: 'Time-outs',
          about: 'Calls that ran out of time, by deployment.',
          rows: ['001.081'],
          unit: '{request}',
          athena: { from: 'inference', value: 'count(*)', by: 'deployment', where: `status = 'timeout'` },
        },
        {
          title: 'Fallbacks',
          about: 'Calls that a fallback model answered, by deployment.',
          rows: ['001.082'],
          unit: '{request}',
          athena: { from: 'inference', value: 'count(*)', by: 'deployment', where: 'fallback' },
        },
      ],
    },
  ],
};
