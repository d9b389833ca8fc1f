import { GetAccountCommand } from '@aws-sdk/client-sesv2';
import {
  GetSMSAttributesCommand,
  GetSMSSandboxAccountStatusCommand,
  ListSMSSandboxPhoneNumbersCommand,
} from '@aws-sdk/client-sns';
import type { Check } from '../doctor.ts';
import type { AwsCheck, Context } from './row.ts';

/** What AWS lets a new account spend on SMS in a month, US dollars. */
const FIRST_SPEND_USD = 1;

export const email: AwsCheck = {
  id: 'email',
  actions: ['ses:GetAccount'],
  isNeeded: ({ channels }) => channels.email.length > 0,
  run: async ({ clients, config, region }) => {
    const addresses = config.channels.email.length;
    const confirm: Check = {
      state: 'advice',
      what: `${addresses} e-mail ${addresses === 1 ? 'address gets' : 'addresses get'} alerts by SNS`,
      remedy: 'each is sent a link after the deployment, and gets nothing until it was opened',
    };
    const { ProductionAccessEnabled, SendingEnabled } = await clients.ses.send(new GetAccountCommand({}));
    if (ProductionAccessEnabled && SendingEnabled)
      return [confirm, { state: 'ok', what: `SES of ${region} may send to anybody` }];
    const what = ProductionAccessEnabled
      ? `SES of ${region} may not send at all`
      : `SES of ${region} is in the sandbox: it sends to verified addresses only`;
    const remedy = `alerts do not need it; before mail is sent by SES: https://${region}.console.aws.amazon.com/ses/home#/account`;
    return [confirm, { state: 'advice', what, remedy }];
  },
};

export const sms: AwsCheck = {
  id: 'sms',
  actions: ['sns:GetSMSSandboxAccountStatus', 'sns:ListSMSSandboxPhoneNumbers', 'sns:GetSMSAttributes'],
  isNeeded: ({ channels }) => channels.sms.length > 0,
  run: async (context) => [...(await smsSandbox(context)), await smsSpend(context)],
};

const smsSandbox = async ({ clients, config, region }: Context): Promise<Check[]> => {
  const { IsInSandbox } = await clients.sns.send(new GetSMSSandboxAccountStatusCommand({}));
  if (!IsInSandbox) return [{ state: 'ok', what: `SMS of ${region} may go to any number` }];
  const { PhoneNumbers = [] } = await clients.sns.send(new ListSMSSandboxPhoneNumbersCommand({ MaxResults: 100 }));
  const verified = new Set(
    PhoneNumbers.flatMap(({ Status, PhoneNumber }) => (Status === 'Verified' ? PhoneNumber : [])),
  );
  const missing = config.channels.sms.map(({ number }) => number).filter((number) => !verified.has(number));
  if (missing.length === 0) return [{ state: 'ok', what: 'SMS is in the sandbox, and all numbers are verified there' }];
  return [
    {
      state: 'broken',
      what: `SMS of ${region} is in the sandbox and would not reach ${missing.join(', ')}`,
      remedy:
        `verify them, or leave the sandbox: https://${region}.console.aws.amazon.com/sns/v3/home` +
        `?region=${region}#/mobile/text-messaging`,
    },
  ];
};

const smsSpend = async ({ clients }: Context): Promise<Check> => {
  const { attributes } = await clients.sns.send(new GetSMSAttributesCommand({ attributes: ['MonthlySpendLimit'] }));
  const limitUsd = Number(attributes?.MonthlySpendLimit ?? FIRST_SPEND_USD);
  const what = `SMS stops at $${limitUsd} in a month`;
  if (limitUsd > FIRST_SPEND_USD) return { state: 'ok', what };
  const remedy = 'that is about 150 messages to the United States, and fewer elsewhere: ask AWS support for more';
  return { state: 'advice', what, remedy };
};
