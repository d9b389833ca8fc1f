import { AppError } from '../../core/errors.ts';
import type { HeartbeatApi } from '../../core/usecases/heartbeat.ts';
import type { SignedRequest } from './signedFetch.ts';

/**
 * Modelmeter's own API, called as any workload of the account would: by the routes of callers who sign with IAM.
 *
 * @param of.fetch signs for `execute-api`
 * @param of.url without a slash at its end
 */
export const iamApi = (of: { fetch: (request: SignedRequest) => Promise<Response>; url: string }): HeartbeatApi => {
  const call = async (request: SignedRequest): Promise<unknown> => {
    const response = await of.fetch(request);
    const text = await response.text();
    if (response.ok) return JSON.parse(text);
    const { pathname } = new URL(request.url);
    throw new AppError(
      'storageFailed',
      `${request.method} ${pathname} answered ${response.status}: ${text.slice(0, 500)}`,
    );
  };
  return {
    async sendMetrics(body) {
      const headers = { 'content-type': 'application/json' };
      await call({ method: 'POST', url: `${of.url}/iam/v1/metrics`, headers, body: JSON.stringify(body) });
    },
    query: (params) => call({ method: 'GET', url: `${of.url}/iam/v1/query?${new URLSearchParams(params)}` }),
  };
};
