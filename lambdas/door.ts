import type * as z from 'zod';
import { readSecret } from '../adapters/aws/readSecret.ts';
import { signedFetch } from '../adapters/aws/signedFetch.ts';
import type { DoorSetup } from '../adapters/http/ingestRoutes.ts';
import { pseudonyms } from '../adapters/pseudonyms.ts';
import { DAY, MINUTE } from '../core/telemetry/families.ts';
import { defaultProvider } from './credentials.ts';
import type { doorEnv } from './shared.env.ts';

type DoorEnv = z.infer<z.ZodObject<typeof doorEnv>>;

/**
 * How telemetry is treated at the door, as the configuration says. The secret of pseudonyms is read when it is first
 * needed, and kept; where that fails nothing is taken in, since clients would keep their names.
 */
export const doorOf = ({ KEEP_CONTENT, REPLICA_LABELS, HASH_SECRET_ARN }: DoorEnv): (() => Promise<DoorSetup>) => {
  const setup = {
    maxAgeMs: 35 * DAY,
    maxAheadMs: 10 * MINUTE,
    keepContent: KEEP_CONTENT,
    replicaLabels: REPLICA_LABELS,
  };
  if (HASH_SECRET_ARN === undefined) return async () => setup;
  let hashing: Promise<DoorSetup> | undefined;
  return () => {
    hashing ??= saltOf(HASH_SECRET_ARN).then(
      (salt) => ({ ...setup, hashClient: pseudonyms(salt) }),
      (error) => {
        hashing = undefined; // the next request tries again
        throw error;
      },
    );
    return hashing;
  };
};

const saltOf = (arn: string): Promise<string> => {
  const region = process.env.AWS_REGION ?? arn.split(':')[3]!;
  const { AWS_ENDPOINT_URL_SECRETS_MANAGER, AWS_ENDPOINT_URL } = process.env;
  return readSecret({
    fetch: signedFetch({ service: 'secretsmanager', region, credentials: defaultProvider() }),
    endpoint: AWS_ENDPOINT_URL_SECRETS_MANAGER ?? AWS_ENDPOINT_URL ?? `https://secretsmanager.${region}.amazonaws.com`,
    arn,
  });
};
