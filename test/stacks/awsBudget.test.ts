import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Config } from '../../core/config.ts';
import { hasMoto, type Service, startMoto } from '../aws/services.ts';
import { synthesised } from './synthesised.ts';

const YAML = `
budgets:
  search-month: { usd: 12000, scope: { team: search, region: eu-west-1 }, thresholds: [50, 90, 100], aws: true }
  day: { usd: 400, period: day, thresholds: [100], aws: true }
  ours: { usd: 10 }`;

const budgets = () => {
  const template = synthesised(YAML).template('ModelmeterObservability');
  return Object.values(template.findResources('AWS::Budgets::Budget')).map(({ Properties }) => Properties);
};

describe('budgets in AWS', () => {
  it('are those that ask for it, told to the topic of each threshold’s severity', () => {
    const [month, day, ...others] = budgets();

    expect(others).toEqual([]);
    expect(month.Budget).toMatchObject({
      BudgetType: 'COST',
      TimeUnit: 'MONTHLY',
      BudgetLimit: { Amount: 12000, Unit: 'USD' },
      CostFilters: { TagKeyValue: ['user:team$search'], Region: ['eu-west-1'] },
    });
    const told = month.NotificationsWithSubscribers.map(
      ({ Notification, Subscribers }: { Notification: Record<string, unknown>; Subscribers: object[] }) => [
        Notification.NotificationType,
        Notification.Threshold,
        /Topics(critical|warning|info)/.exec(JSON.stringify(Subscribers))?.[1],
      ],
    );
    expect(told).toEqual([
      ['ACTUAL', 50, 'info'],
      ['ACTUAL', 90, 'warning'],
      ['ACTUAL', 100, 'critical'],
      ['FORECASTED', 100, 'warning'],
    ]);
    expect([day.Budget.TimeUnit, day.NotificationsWithSubscribers.length]).toEqual(['DAILY', 1]); // no forecast of a day
  });

  it.each([
    [{ period: 'week' }, /a day, a month and a quarter only/],
    [{ period: { from: '2026-01-01', to: '2026-06-30' } }, /a day, a month and a quarter only/],
    [{ timeZone: 'Europe/Berlin' }, /midnight in UTC/],
    [{ scope: { client: 'c' } }, /cannot tell costs by client/],
    [{ scope: { team: 'a', project: 'b' } }, /may name one/],
    [{ thresholds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }, /takes 10 thresholds/],
  ])('are refused where AWS cannot keep them: %j', (said, problem) => {
    const issues = Config.safeParse({ budgets: { b: { usd: 1, ...said, aws: true } } }).error?.issues;

    expect(issues).toMatchObject([{ path: ['budgets', 'b', 'aws'], message: expect.stringMatching(problem) }]);
    expect(Config.safeParse({ budgets: { b: { usd: 1, ...said } } }).success).toBe(true);
  });
});

describe.skipIf(!hasMoto)('budgets in AWS, over the wire', () => {
  let moto: Service;
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto?.stop());

  /** moto has no CloudFormation of budgets, but the call that CloudFormation makes, whose fields have the same names. */
  const call = async (action: string, body: object) => {
    const response = await fetch(moto.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AWSBudgetServiceGateway.${action}`,
        authorization: 'AWS4-HMAC-SHA256 Credential=test/20261127/us-east-1/budgets/aws4_request, Signature=none',
      },
      body: JSON.stringify({ AccountId: '123456789012', ...body }),
    });
    expect(response.status, action).toBe(200);
    return response.json() as Promise<Record<string, object[]>>;
  };

  it('are created as the template says them', async () => {
    const [month] = budgets();
    const BudgetName = 'modelmeter-search-month';
    const BudgetLimit = { Amount: String(month.Budget.BudgetLimit.Amount), Unit: 'USD' };
    const NotificationsWithSubscribers = month.NotificationsWithSubscribers.map(
      ({ Notification }: { Notification: object }) => ({
        Notification,
        Subscribers: [{ SubscriptionType: 'SNS', Address: 'arn:aws:sns:us-east-1:123456789012:topic' }],
      }),
    );

    await call('CreateBudget', { Budget: { ...month.Budget, BudgetName, BudgetLimit }, NotificationsWithSubscribers });

    const { Budgets } = await call('DescribeBudgets', {});
    expect(Budgets).toMatchObject([
      { BudgetName, BudgetType: 'COST', TimeUnit: 'MONTHLY', BudgetLimit: { Amount: '12000' } },
    ]);
    expect((await call('DescribeNotificationsForBudget', { BudgetName })).Notifications).toHaveLength(4);
  });
});
