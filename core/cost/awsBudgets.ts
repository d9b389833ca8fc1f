import * as z from 'zod';
import { Budget, scopeOf, severityOfThreshold } from './budgets.ts';
import type { CostDimension } from './entry.ts';

/** A budget of modelmeter.yaml: it can be one of AWS Budgets too. */
export const ConfiguredBudget = Budget.extend({
  aws: z.boolean().default(false).describe('also in AWS Budgets, over the bill; see docs/cost-analysis.md'),
});
export type ConfiguredBudget = z.infer<typeof ConfiguredBudget>;

/** What AWS Budgets is told. */
export interface AwsBudgetPlan {
  name: string;
  usd: number;
  timeUnit: 'DAILY' | 'MONTHLY' | 'QUARTERLY';
  filters: Record<string, string[]>;
  notifications: {
    kind: 'actual' | 'forecast';
    threshold: number;
    severity: ReturnType<typeof severityOfThreshold>;
  }[];
}

const TIME_UNITS = { day: 'DAILY', month: 'MONTHLY', quarter: 'QUARTERLY' } as const;
/** AWS Budgets takes so many notifications for each budget. */
const MOST_NOTIFICATIONS = 10;
/** What AWS calls a label of ours. */
const FILTERS: Partial<Record<CostDimension, string>> = {
  account: 'LinkedAccount',
  region: 'Region',
  service: 'Service',
  resourceType: 'InstanceType',
};
/** By the cost-allocation tag of that name, which has to be activated in the payer's account. */
const TAGS: readonly CostDimension[] = ['team', 'project', 'environment', 'deployment', 'model'];

/** What to tell AWS Budgets of a budget, or why it cannot keep it. */
export const awsBudgetPlan = (name: string, budget: Budget): AwsBudgetPlan | { problem: string } => {
  const { usd, period, timeZone, thresholds, forecastThresholds } = budget;
  const timeUnit = typeof period === 'string' && period !== 'week' ? TIME_UNITS[period] : undefined;
  if (timeUnit === undefined) return { problem: 'AWS Budgets knows periods of a day, a month and a quarter only' };
  if (timeZone !== 'UTC') return { problem: 'periods of AWS Budgets begin at midnight in UTC' };
  // AWS has no forecast of a day.
  const forecasts = timeUnit === 'DAILY' ? [] : forecastThresholds;
  const notify = (kind: 'actual' | 'forecast') => (threshold: number) => ({
    kind,
    threshold,
    severity: severityOfThreshold(kind, threshold),
  });
  const notifications = [...thresholds.map(notify('actual')), ...forecasts.map(notify('forecast'))];
  if (notifications.length > MOST_NOTIFICATIONS)
    return { problem: `AWS Budgets takes ${MOST_NOTIFICATIONS} thresholds, forecasts included` };
  const filters: Record<string, string[]> = {};
  const tags: string[] = [];
  for (const [label, value] of Object.entries(scopeOf(budget)) as [CostDimension, string][]) {
    const filter = FILTERS[label];
    if (filter !== undefined) filters[filter] = [value];
    else if (TAGS.includes(label)) tags.push(`user:${label}$${value}`);
    else if (label !== 'provider' || value !== 'aws') return { problem: `AWS Budgets cannot tell costs by ${label}` };
  }
  if (tags.length > 1)
    return { problem: 'AWS Budgets adds up what has any of several tags, so the scope may name one' };
  if (tags.length > 0) filters.TagKeyValue = tags;
  return { name, usd, timeUnit, filters, notifications };
};
