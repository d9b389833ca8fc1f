import { bodies } from '../workload.ts';

/** Bodies of 500 inference events, each another, as API Gateway hands them over (payload format 2.0). */
export const ingestEvents = ({ count, nowMs }: { count: number; nowMs: number }): object[] => {
  const workload = { seed: 1, events: 500 * count, eventsPerBody: 500, order: 'time' as const };
  return [...bodies({ ...workload, startMs: nowMs - 60_000, endMs: nowMs })].map((body) => eventOf(body, nowMs));
};

const eventOf = (body: Buffer, nowMs: number) => ({
  version: '2.0',
  routeKey: 'POST /v1/events',
  rawPath: '/v1/events',
  rawQueryString: '',
  headers: {
    'content-length': String(body.length),
    'content-type': 'application/json',
    host: 'a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com',
    'user-agent': 'modelmeter-bench',
    'x-amzn-trace-id': 'Root=1-67a0b1c2-0123456789abcdef01234567',
    'x-forwarded-for': '192.0.2.1',
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
  },
  requestContext: {
    accountId: '123456789012',
    apiId: 'a1b2c3d4e5',
    authorizer: { lambda: { principal: '{"id":"key:bench","roles":["writer"],"teams":[]}' } },
    domainName: 'a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com',
    domainPrefix: 'a1b2c3d4e5',
    http: {
      method: 'POST',
      path: '/v1/events',
      protocol: 'HTTP/1.1',
      sourceIp: '192.0.2.1',
      userAgent: 'modelmeter-bench',
    },
    requestId: 'JKJaXmPLvHcESHA=',
    routeKey: 'POST /v1/events',
    stage: '$default',
    time: new Date(nowMs).toISOString(),
    timeEpoch: nowMs,
  },
  // JSON comes as text; only what API Gateway takes for binary comes in base64.
  body: body.toString(),
  isBase64Encoded: false,
});
