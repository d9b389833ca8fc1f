import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Hono } from 'hono';
import { requestOf, resultOf } from '../adapters/aws/apiGateway.ts';
import { principalOf } from '../adapters/aws/gatewayPrincipal.ts';
import { useLightResponses } from '../adapters/aws/lightResponse.ts';
import type { Place } from '../adapters/http/shell.ts';
import type { Principal } from '../core/ports.ts';
import { log } from './log.ts';
import { shell } from './shell.ts';

useLightResponses();

/**
 * A function that answers requests of API Gateway (HTTP API, payload format 2.0).
 *
 * @param serve the routes it has, in this place
 * @param iam who may do what of those that sign with IAM
 * @param warmUp a request that is answered once at the start, so that what it needs is loaded and compiled before the first
 *   caller waits for it: Lambda gives a start more CPU than a call. Its caller should have no role, so that it changes nothing.
 */
export const httpFunction = (
  serve: (place: Place) => Hono,
  { iam, warmUp }: { iam: Parameters<typeof principalOf>[1]; warmUp?: APIGatewayProxyEventV2 },
) => {
  const callers = new WeakMap<Request, Principal>();
  const app = serve({
    allowedHosts: ['*'], // API Gateway lets no other name than the API's own come here
    authenticate: (request) => callers.get(request),
    log: log.error,
    now: Date.now,
  });
  const answer = async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const request = requestOf(event);
    const principal = principalOf(event, iam);
    if (principal) callers.set(request, principal);
    return resultOf(await app.fetch(request), request);
  };
  if (warmUp) answer(warmUp).catch((error: unknown) => log.warn('the warm-up failed', { error }));
  return shell(answer);
};
