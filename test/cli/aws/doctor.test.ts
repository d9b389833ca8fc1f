import { beforeEach, describe, expect, it } from 'vitest';
import { checkAccount } from '../../../adapters/cli/doctorAws/checkAccount.ts';
import type { Clients } from '../../../adapters/cli/doctorAws/clients.ts';
import { Config } from '../../../core/config.ts';
import { answering, awsError } from './answering.ts';

const ACCOUNT = '123456789012';
const session = { region: 'eu-west-1' };
let aws: ReturnType<typeof answering>;
const CLOSED = awsError(
  'AccessDeniedException',
  'Only existing Timestream for LiveAnalytics customers can access the service. Reach out to AWS support, for more information.',
);

/** An account as AWS hands it out: new, bootstrapped, and nothing else. */
beforeEach(() => {
  aws = answering({
    GetCallerIdentity: { Account: ACCOUNT, Arn: `arn:aws:iam::${ACCOUNT}:user/ada` },
    GetParameter: { Parameter: { Value: '30' } },
    DescribeStacks: awsError('ValidationError', 'Stack with id ModelmeterData does not exist'),
    GetAccountSettings: { AccountLimit: { UnreservedConcurrentExecutions: 10 } },
    GetServiceQuota: { Quota: { Value: 10_000 } },
    ListDatabases: CLOSED,
    DescribeOrganization: awsError('AWSOrganizationsNotInUseException'),
  });
});

const check = async (config: unknown = {}, options: { mayPay?: boolean; deadlineMs?: number } = {}) => {
  const found = await checkAccount({
    session,
    config: Config.parse(config),
    mayPay: false,
    clients: new Proxy({}, { get: () => aws.client }) as Clients,
    ...options,
  });
  return found.map(({ state, what, remedy }) => `${state}: ${what}${remedy ? ` → ${remedy}` : ''}`);
};

const line = (lines: readonly string[], part: string) => lines.find((each) => each.includes(part));

describe('modelmeter doctor --aws', () => {
  it('finds nothing broken in a new account that is bootstrapped, and asks little of it', async () => {
    const lines = await check();

    expect(lines.filter((each) => each.startsWith('broken'))).toEqual([]);
    expect(lines[0]).toBe(`ok: account ${ACCOUNT}, region eu-west-1, as arn:aws:iam::${ACCOUNT}:user/ada`);
    expect(aws.asked.length).toBeLessThan(15);
  });

  it('says how to log in, and asks nothing more, where AWS does not know the caller', async () => {
    aws.answers.GetCallerIdentity = awsError('ExpiredTokenException', 'The token has expired');

    const lines = await check();

    expect(lines).toEqual([expect.stringMatching(/^broken: .*expired → log in again/)]);
    expect(aws.asked.length).toBe(1);
  });

  it('says how to bootstrap a region that is not, or whose bootstrap is too old', async () => {
    aws.answers.GetParameter = awsError('ParameterNotFound');
    const absent = await check();
    aws.answers.GetParameter = { Parameter: { Value: '5' } };
    const old = await check();

    for (const lines of [absent, old])
      expect(line(lines, 'bootstrap')).toMatch(/^broken: .*→ npx cdk bootstrap aws:\/\/123456789012\/eu-west-1$/);
  });

  it('tells who takes Timestream from who cannot have it, and that DynamoDB is what to write then', async () => {
    const byDefault = await check();
    const wanted = await check({ aws: { timeSeriesStore: 'timestream' } });
    aws.answers.ListDatabases = { Databases: [] };
    const customer = await check({ aws: { timeSeriesStore: 'timestream' } });

    expect(line(byDefault, 'Timestream')).toMatch(/^ok: .*no new customers.*; the store is DynamoDB$/);
    expect(line(wanted, 'Timestream')).toMatch(/^broken: .*→ .*timeSeriesStore: dynamodb/);
    expect(line(customer, 'Timestream')).toMatch(/^ok: .*open to this account/);
  });

  it('takes a region without Timestream for what it is', async () => {
    aws.answers.ListDatabases = Object.assign(new Error('getaddrinfo ENOTFOUND ingest.timestream.eu-north-1'), {
      code: 'ENOTFOUND',
    });

    expect(line(await check(), 'Timestream')).toBe('ok: there is no Timestream in eu-west-1; the store is DynamoDB');
  });

  it.each([
    [5, /^broken: .*7 are needed/],
    [10, /^advice: .*enough to try it \(4 roll up, 6 are left for requests\)/],
    [1000, /^ok: /],
  ])('judges a Lambda concurrency of %i', async (free, expected) => {
    aws.answers.GetAccountSettings = { AccountLimit: { UnreservedConcurrentExecutions: free } };

    expect(line(await check(), 'Lambda')).toMatch(expected);
  });

  it('compares the configured throttle with the quota of the account, or with its default', async () => {
    aws.answers.GetServiceQuota = awsError('NoSuchResourceException');
    aws.answers.GetAWSDefaultServiceQuota = { Quota: { Value: 600 } };

    const fits = await check();
    const tooMuch = await check({ aws: { throttle: { requestsPerSecond: 1000 } } });

    expect(line(fits, 'requests per second')).toMatch(/^ok: /);
    expect(line(tooMuch, 'requests per second')).toMatch(/^broken: .*600.*1000 .*→ lower aws.throttle/);
  });

  it('asks chat only where chat is configured, and names each workspace that nobody has authorised', async () => {
    aws.answers.DescribeSlackWorkspaces = {
      SlackWorkspaces: [{ SlackTeamId: 'T0123ABCD', SlackTeamName: 'known' }],
    };
    const channel = { channelId: 'C0123ABCD' };

    await check();
    const asked = aws.times('DescribeSlackWorkspaces');
    const lines = await check({
      channels: {
        slack: [
          { workspaceId: 'T0123ABCD', ...channel },
          { workspaceId: 'T9999ZZZZ', ...channel },
        ],
      },
    });

    expect(asked).toBe(0);
    expect(line(lines, 'T0123ABCD')).toMatch(/^ok: /);
    expect(line(lines, 'T9999ZZZZ')).toMatch(/^broken: .*→ an administrator of Slack workspace opens https:/);
  });

  it('says what the sandboxes of SES and SMS keep from arriving, and where the spending ends', async () => {
    aws.answers.GetAccount = { ProductionAccessEnabled: false, SendingEnabled: true };
    aws.answers.GetSMSSandboxAccountStatus = { IsInSandbox: true };
    aws.answers.ListSMSSandboxPhoneNumbers = {
      PhoneNumbers: [
        { PhoneNumber: '+4930123456', Status: 'Verified' },
        { PhoneNumber: '+4930999999', Status: 'Pending' },
      ],
    };
    aws.answers.GetSMSAttributes = { attributes: {} };

    const lines = await check({
      channels: {
        email: [{ address: 'ada@example.com' }],
        sms: [{ number: '+4930123456' }, { number: '+4930999999' }],
      },
    });

    expect(line(lines, 'SES')).toMatch(/^advice: SES of eu-west-1 is in the sandbox/);
    expect(line(lines, 'would not reach')).toMatch(/^broken: .*would not reach \+4930999999 →/);
    expect(line(lines, 'SMS stops')).toMatch(/^advice: SMS stops at \$1 in a month/);
  });

  it('spends nothing unless it is told to, and then one cent', async () => {
    aws.answers.GetCostAndUsage = awsError('AccessDeniedException', 'User not enabled for cost explorer access');

    const free = await check();
    const askedFree = aws.times('GetCostAndUsage');
    const paid = await check({}, { mayPay: true });

    expect(askedFree).toBe(0);
    expect(line(free, 'Cost Explorer')).toMatch(/^ok: .*--paid/);
    expect(aws.times('GetCostAndUsage')).toBe(1);
    expect(line(paid, 'Cost Explorer')).toMatch(/^advice: Cost Explorer is not enabled/);
  });

  it('tells a member account who pays', async () => {
    aws.answers.DescribeOrganization = { Organization: { MasterAccountId: '999999999999' } };

    expect(line(await check(), 'member of an organisation')).toMatch(/^advice: .*999999999999 pays →/);
  });

  it('shows the stacks that are there, and what gets one that is stuck going again', async () => {
    const stacks = [
      {
        StackName: 'ModelmeterData',
        StackStatus: 'UPDATE_COMPLETE',
        LastUpdatedTime: new Date('2026-10-01T10:00:00Z'),
        Outputs: [{ OutputKey: 'Version', OutputValue: '0.1.0' }],
      },
      { StackName: 'ModelmeterApp', StackStatus: 'UPDATE_ROLLBACK_FAILED', CreationTime: new Date(0) },
    ];
    const absent = aws.answers.DescribeStacks;
    aws.answers.DescribeStacks = ({ StackName }: { StackName: string }) => {
      const found = stacks.find((stack) => stack.StackName === StackName);
      return found ? { Stacks: [found] } : absent;
    };

    const lines = await check();

    expect(line(lines, 'ModelmeterData')).toBe('ok: ModelmeterData 0.1.0: UPDATE_COMPLETE since 2026-10-01 10:00');
    expect(line(lines, 'ModelmeterApp')).toMatch(
      /^broken: .*→ aws cloudformation continue-update-rollback --stack-name ModelmeterApp$/,
    );
  });

  it('names the actions to allow where it may not look, and goes on', async () => {
    aws.answers.GetAccountSettings = awsError('AccessDeniedException', 'not authorized');

    const lines = await check();

    expect(line(lines, 'concurrency')).toMatch(
      /^advice: concurrency could not be looked at.*→ allow lambda:GetAccountSettings/,
    );
    expect(line(lines, 'bootstrap')).toMatch(/^ok: /);
  });

  it('does not take a denial by IAM for an account that Timestream is closed to', async () => {
    aws.answers.ListDatabases = awsError(
      'AccessDeniedException',
      'User: ada is not authorized to perform: timestream:ListDatabases',
    );

    const lines = await check({ aws: { timeSeriesStore: 'timestream' } });

    expect(line(lines, 'timestream')).toMatch(
      /^advice: timestream could not be looked at.*→ allow timestream:ListDatabases/,
    );
  });

  it('gives up on what does not answer', async () => {
    aws.answers.DescribeOrganization = () => new Promise(() => {});

    const lines = await check({}, { deadlineMs: 50 });

    expect(line(lines, 'organisation')).toMatch(/^advice: .*no answer within 0.05 s/);
  });
});
