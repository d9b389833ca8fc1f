import { BEDROCK } from '../../core/metrics/cloudWatch.ts';
import type { DashboardSpec } from '../panel.ts';

export const COST: DashboardSpec = {
  id: 'cost',
  title: 'Modelmeter: Cost',
  about: 'What is used, by whom. Dollars are those that events report; what is not priced is not shown as 0.',
  rows: [],
  hours: 7 * 24,
  sections: [
    {
      title: 'Use',
      panels: [
        {
          title: 'Input tokens',
          about: 'As Bedrock counts them, by model; by team in Grafana.',
          rows: [],
          unit: '{token}',
          cloudWatch: [{ find: BEDROCK.inputTokens, stat: 'Sum', only: 'models' }],
          athena: { from: 'inference', value: 'sum(inputTokens)', by: 'team', every: '1d' },
        },
        {
          title: 'Output tokens',
          about: 'As Bedrock counts them, by model; by team in Grafana.',
          rows: [],
          unit: '{token}',
          cloudWatch: [{ find: BEDROCK.outputTokens, stat: 'Sum', only: 'models' }],
          athena: { from: 'inference', value: 'sum(outputTokens)', by: 'team', every: '1d' },
        },
      ],
    },
    {
      title: 'Dollars',
      panels: [
        {
          title: 'Reported cost by team',
          about: 'Of the calls whose events carry a cost.',
          rows: [],
          unit: 'USD',
          athena: { from: 'inference', value: 'sum(costUsd)', by: 'team', where: 'costUsd IS NOT NULL', every: '1d' },
        },
        {
          title: 'Reported cost by deployment',
          about: 'Of the calls whose events carry a cost.',
          rows: [],
          unit: 'USD',
          athena: {
            from: 'inference',
            value: 'sum(costUsd)',
            by: 'deployment',
            where: 'costUsd IS NOT NULL',
            every: '1d',
          },
        },
        {
          title: 'Cost of training',
          about: 'Of the training jobs whose events carry a cost, by project.',
          rows: [],
          unit: 'USD',
          athena: { from: 'training', value: 'sum(costUsd)', by: 'project', where: 'costUsd IS NOT NULL', every: '1d' },
        },
        {
          title: 'Calls without a price',
          about: 'Calls whose events carry no cost: what the sums above leave out.',
          rows: [],
          unit: '{request}',
          athena: { from: 'inference', value: 'count(*)', by: 'deployment', where: 'costUsd IS NULL', every: '1d' },
        },
      ],
    },
  ],
};
