import { DescribeOrganizationCommand } from '@aws-sdk/client-organizations';
import type { AwsCheck } from './row.ts';

/** Who pays: cost-allocation tags and the bill of all accounts are the payer's only. */
export const organisation: AwsCheck = {
  id: 'organisation',
  actions: ['organizations:DescribeOrganization'],
  run: async ({ clients, account }) => {
    const answer = await clients.organizations.send(new DescribeOrganizationCommand({})).catch((error: Error) => {
      if (error.name === 'AWSOrganizationsNotInUseException') return undefined;
      throw error;
    });
    const payer = answer?.Organization?.MasterAccountId;
    if (!payer) return [{ state: 'ok', what: `account ${account} is in no organisation and pays for itself` }];
    if (payer === account) return [{ state: 'ok', what: `account ${account} is the payer of its organisation` }];
    return [
      {
        state: 'advice',
        what: `account ${account} is a member of an organisation; ${payer} pays`,
        remedy: `telemetry is complete here; cost-allocation tags are activated, and the whole bill is read, in ${payer}`,
      },
    ];
  },
};
