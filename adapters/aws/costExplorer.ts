import {
  type CostExplorerClient,
  GetCostAndUsageCommand,
  type Group,
  type MetricValue,
} from '@aws-sdk/client-cost-explorer';
import type { BillLine } from '../../core/cost/bill/line.ts';
import type { PaidBill } from '../../core/ports.ts';
import { DAY } from '../../core/telemetry/families.ts';
import { failingAs } from './awsError.ts';

/** Its only region, for all of them. */
export const COST_EXPLORER_REGION = 'us-east-1';
const METRICS = ['UnblendedCost', 'NetUnblendedCost', 'AmortizedCost', 'NetAmortizedCost', 'UsageQuantity'];
/** Kept apart from bills that come as files, which name AWS itself. */
const PROVIDER = 'AWS Cost Explorer';
/** Taxes come as a service. Credits and refunds are taken off the service that they are for. */
const TAX = /^tax$/i;

export interface CostExplorerOptions {
  /** Of one attempt, since a request that is tried again is paid for again: `maxAttempts: 1`. */
  client: CostExplorerClient;
  /** Who asks. */
  account: string;
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Cost Explorer: by day, service and linked account; $0.01 a page. */
export const costExplorerBill = ({ client, account }: CostExplorerOptions): PaidBill => ({
  async page({ fromMs, toMs, token }) {
    const command = new GetCostAndUsageCommand({
      TimePeriod: { Start: dayOf(fromMs), End: dayOf(toMs) },
      Granularity: 'DAILY',
      Metrics: METRICS,
      GroupBy: [
        { Type: 'DIMENSION', Key: 'SERVICE' },
        { Type: 'DIMENSION', Key: 'LINKED_ACCOUNT' },
      ],
      NextPageToken: token,
    });
    const { ResultsByTime = [], NextPageToken } = await failingAs('ask Cost Explorer', () => client.send(command));
    const lines = ResultsByTime.flatMap(({ TimePeriod, Groups = [] }) =>
      Groups.flatMap((group) => lineOf(group, { day: TimePeriod!.Start!, account }) ?? []),
    );
    return { lines, ...(NextPageToken !== undefined && { token: NextPageToken }) };
  },
});

/** undefined = it cost nothing, as most services of a day do. */
const lineOf = ({ Keys = [], Metrics = {} }: Group, of: { day: string; account: string }): BillLine | undefined => {
  const [service, linked] = Keys;
  const amount = (name: string): number | undefined => numberOf(Metrics[name]);
  const listCost = amount('UnblendedCost');
  const billedCost = amount('NetUnblendedCost') ?? listCost ?? 0;
  const effectiveCost = amount('NetAmortizedCost') ?? amount('AmortizedCost') ?? billedCost;
  if (!listCost && !billedCost && !effectiveCost) return undefined;
  const unit = Metrics.UsageQuantity?.Unit;
  const startMs = Date.parse(`${of.day}T00:00:00Z`);
  return {
    startMs,
    endMs: startMs + DAY,
    billingPeriod: of.day.slice(0, 7),
    provider: PROVIDER,
    billingAccount: of.account,
    account: linked,
    service,
    category: TAX.test(service ?? '') ? 'tax' : 'usage',
    // Of a service whose usage has several units the sum means nothing, and has none.
    ...(unit !== undefined && unit !== 'N/A' && { quantity: amount('UsageQuantity'), unit }),
    currency: Metrics.UnblendedCost?.Unit ?? 'USD',
    listCost,
    billedCost,
    effectiveCost,
    tags: {},
  };
};

const numberOf = (value: MetricValue | undefined): number | undefined =>
  value?.Amount === undefined || value.Amount === '' ? undefined : Number(value.Amount);
