import { GetCostAndUsageCommand } from '@aws-sdk/client-cost-explorer';
import type { AwsCheck } from './row.ts';

const DAY_MS = 86_400_000;
/** What it answers where nobody has ever opened Cost Explorer, or the organisation withholds it from its members. */
const NOT_ENABLED = /not enabled for cost explorer/i;

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** Every request costs $0.01, also one that only asks whether it is enabled: so it is asked once, and only when told to. */
export const costExplorer: AwsCheck = {
  id: 'costExplorer',
  actions: ['ce:GetCostAndUsage'],
  run: async ({ clients, mayPay }) => {
    if (!mayPay)
      return [
        { state: 'ok', what: 'Cost Explorer was not asked, since every request costs $0.01: --paid asks it once' },
      ];
    const now = Date.now();
    const command = new GetCostAndUsageCommand({
      TimePeriod: { Start: day(now - 2 * DAY_MS), End: day(now - DAY_MS) },
      Granularity: 'DAILY',
      Metrics: ['UnblendedCost'],
    });
    const why = await clients.costExplorer.send(command).then(
      () => undefined,
      (error: Error) => {
        if (NOT_ENABLED.test(error.message)) return 'Cost Explorer is not enabled';
        if (error.name === 'DataUnavailableException') return 'Cost Explorer has no data yet';
        throw error;
      },
    );
    if (why === undefined) return [{ state: 'ok', what: 'Cost Explorer answers (this question cost $0.01)' }];
    const remedy =
      'open https://console.aws.amazon.com/costmanagement/home once (in an organisation: the payer allows it to ' +
      'its members); the data comes within a day. Estimated costs do not need it';
    return [{ state: 'advice', what: `${why} (this question cost $0.01)`, remedy }];
  },
};
