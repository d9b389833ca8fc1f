import type { Config } from '../../../core/config.ts';
import type { AwsSession } from '../awsSession.ts';
import type { Check } from '../doctor.ts';
import type { Clients } from './clients.ts';

/** What a look at the account knows and may do. */
export interface Context extends AwsSession {
  clients: Clients;
  config: Config;
  /** The account's number. */
  account: string;
  /** Calls that cost money may be made. */
  mayPay: boolean;
}

/** One thing about an account that is looked at. */
export interface AwsCheck {
  id: string;
  /** The IAM actions it takes: what to allow where they are denied. */
  actions: readonly string[];
  /** False where nothing that is configured depends on it: then AWS is not asked. */
  isNeeded?: (config: Config) => boolean;
  /** A denial, a throttle or no answer may be thrown: the caller says so in words. */
  run(context: Context): Promise<Check[]>;
}
