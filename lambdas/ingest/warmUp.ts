import { Readable } from 'node:stream';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { packed } from '../../adapters/payload.ts';

/** Enough for the compiler to see what is done again and again, and few enough to start soon. */
const EVENTS = 60;
/** About as much as 500 events are. */
const BATCH_BYTES = 150_000;

/** A request with events as they usually come, of a caller who may do nothing. */
export const warmUpEvent = (nowMs: number): APIGatewayProxyEventV2 => {
  const event = {
    kind: 'inference',
    timestamp: new Date(nowMs).toISOString(),
    deployment: 'warm-up',
    model: 'warm-up',
    team: 'warm-up',
    client: 'warm-up',
    latencyMs: 12.5,
    status: 'error',
    errorType: 'warm-up',
    inputTokens: 1,
    outputTokens: 1,
    timeToFirstTokenMs: 1.5,
  };
  const path = '/v1/events';
  const routeKey = `POST ${path}`;
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: '',
    headers: { 'content-type': 'application/json' },
    requestContext: {
      accountId: '',
      apiId: '',
      authorizer: { lambda: { principal: JSON.stringify({ id: 'warm-up', roles: [], teams: [] }) } },
      domainName: 'localhost',
      domainPrefix: '',
      http: { method: 'POST', path, protocol: 'HTTP/1.1', sourceIp: '', userAgent: '' },
      requestId: '',
      routeKey,
      stage: '$default',
      time: '',
      timeEpoch: nowMs,
    } as APIGatewayProxyEventV2['requestContext'],
    body: JSON.stringify(Array(EVENTS).fill(event)),
    isBase64Encoded: false,
  };
};

/** Goes all the way of keeping a batch but its last step: nothing is sent. */
export const warmUpS3 = async (client: S3Client, bucket: string): Promise<void> => {
  const put = new PutObjectCommand({
    Bucket: bucket,
    Key: 'batches/warm-up',
    Body: packed(Buffer.alloc(BATCH_BYTES)), // which has the memory for it made ready
    Metadata: { fingerprint: 'warm-up' },
    IfNoneMatch: '*',
    ContentType: 'application/zstd',
  });
  const answer = { statusCode: 200, headers: {}, body: Readable.from([]) };
  const withoutNetwork = () => async () => ({ response: answer, output: { $metadata: {} } });
  put.middlewareStack.add(withoutNetwork, { step: 'deserialize', priority: 'low' });
  await client.send(put);
};
