import { type GatewayRequest, gatewayEvent } from './gateway.ts';

/** API Gateway asks again who a caller is after so long: lib/constructs/modelmeterApi.ts. */
const KEPT_MS = 60_000;

/** What the authoriser says of the caller of a request, as API Gateway asks and remembers it. There is one caller. */
export const authoriser = (of: { invoke: (event: unknown) => Promise<unknown>; now: () => number }) => {
  let askedMs = Number.NEGATIVE_INFINITY;
  let authorizer = {};
  return async (request: GatewayRequest): Promise<object> => {
    const nowMs = of.now();
    if (nowMs - askedMs < KEPT_MS) return authorizer;
    askedMs = nowMs;
    const { body: _, isBase64Encoded: __, ...event } = gatewayEvent(request, nowMs);
    const routeArn = 'arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/$default/POST/v1/events';
    const asked = { ...event, type: 'REQUEST', routeArn, identitySource: [request.headers.authorization] };
    const said = (await of.invoke(asked)) as { isAuthorized: boolean; context: object };
    if (!said.isAuthorized) throw new Error('the authoriser does not know the key');
    authorizer = { lambda: said.context };
    return authorizer;
  };
};
