import type { Failure } from './failure.ts';
import { mediaType } from './mediaType.ts';
import { respond } from './respond.ts';
import { rpcStatus } from './rpcStatus.ts';

export const PROTOBUF = 'application/x-protobuf';

/** Where OTLP/HTTP comes in. */
export const OTLP_PATHS = { metrics: '/v1/metrics', traces: '/v1/traces', logs: '/v1/logs' } as const;

/** A failure as OTLP wants it: a google.rpc.Status to those who speak protobuf. Undefined for any other request. */
export const otlpFailure = (request: Request, { status, rpcCode, headers, problem }: Failure): Response | undefined => {
  const path = request.url.split('?', 1)[0]!;
  if (mediaType(request) !== PROTOBUF || !Object.values(OTLP_PATHS).some((known) => path.endsWith(known)))
    return undefined;
  return respond(status, PROTOBUF, rpcStatus(rpcCode, `${problem.title}: ${problem.detail}`), headers);
};
