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

/** Who may do nothing. */
const NOBODY: Principal = { id: 'warm-up', roles: [], teams: [] };

/**
 * A function that answers requests of API Gateway (HTTP API, payload format 2.0).
 *
 * @param serve the routes it has, in this place
 * @param warmUp a request that is made once at the start, as a caller who may do nothing: what it needs is loaded and
 *   compiled before the first caller waits for it. Lambda gives a start more CPU than a call.
 */
export const httpFunction = (serve: (place: Place) => Hono, warmUp?: Request) => {
  const callers = new WeakMap<Request, Principal>();
  const app = serve({
    allowedHosts: ['*'], // API Gateway lets no other name than the API's own come here
    authenticate: (request) => callers.get(request),
    log: log.error,
    now: Date.now,
  });
  if (warmUp) {
    callers.set(warmUp, NOBODY);
    Promise.resolve(app.fetch(warmUp)).catch((error: unknown) => log.warn('the warm-up failed', { error }));
  }
  return shell<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>(async (event) => {
    const request = requestOf(event);
    const principal = principalOf(event);
    if (principal) callers.set(request, principal);
    return resultOf(await app.fetch(request), request);
  });
};
