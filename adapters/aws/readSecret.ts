import * as z from 'zod';
import { AppError } from '../../core/errors.ts';
import type { SignedRequest } from './signedFetch.ts';

const Answer = z.object({ SecretString: z.string().min(1) });

/**
 * The text of a secret in Secrets Manager. One call needs no client of the SDK.
 *
 * @param of.fetch signs for `secretsmanager`
 * @throws AppError storageFailed when it cannot be read
 */
export const readSecret = async (of: {
  fetch: (request: SignedRequest) => Promise<Response>;
  endpoint: string;
  arn: string;
}): Promise<string> => {
  const response = await of.fetch({
    method: 'POST',
    url: `${of.endpoint}/`,
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'secretsmanager.GetSecretValue' },
    body: JSON.stringify({ SecretId: of.arn }),
  });
  const text = await response.text();
  if (!response.ok)
    throw new AppError('storageFailed', 'could not read the secret of pseudonyms', {
      cause: new Error(`${response.status} ${text.slice(0, 500)}`),
    });
  return Answer.parse(JSON.parse(text)).SecretString;
};
