import { Stack } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { Construct } from 'constructs';
import type { awsBudgetsOf } from '../../core/config.ts';
import type { AlarmTopics } from '../alarms.ts';

export interface AwsBudgetProps {
  readonly plan: ReturnType<typeof awsBudgetsOf>[number];
  readonly topics: AlarmTopics;
}

/** A budget of modelmeter.yaml in AWS Budgets too: over the bill, told to the topic of each threshold's severity. */
export class AwsBudget extends Construct {
  constructor(scope: Construct, id: string, { topics, plan }: AwsBudgetProps) {
    super(scope, id);
    const { name, usd, timeUnit, filters, notifications } = plan;
    new CfnBudget(this, 'Budget', {
      budget: {
        // Names are the account's: one of each region that Modelmeter is deployed to.
        budgetName: `modelmeter-${name}-${Stack.of(this).region}`,
        budgetType: 'COST',
        timeUnit,
        budgetLimit: { amount: usd, unit: 'USD' },
        costFilters: filters,
      },
      notificationsWithSubscribers: notifications.map(({ kind, threshold, severity }) => ({
        notification: {
          notificationType: kind === 'actual' ? 'ACTUAL' : 'FORECASTED',
          comparisonOperator: 'GREATER_THAN', // AWS has no "or equal"
          threshold,
          thresholdType: 'PERCENTAGE',
        },
        subscribers: [{ subscriptionType: 'SNS', address: topics[severity].topicArn }],
      })),
    });
  }
}
