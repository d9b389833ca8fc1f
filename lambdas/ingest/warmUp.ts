import { Readable } from 'node:stream';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { lightRequest } from '../../adapters/aws/lightRequest.ts';

/** Enough for the compiler to see what is done again and again, and few enough to start soon. */
const EVENTS = 20;

/** A request with events as they usually come. */
export const warmUpRequest = (nowMs: number): Request => {
  const event = {
    kind: 'inference',
    timestamp: new Date(nowMs).toISOString(),
    deployment: 'warm-up',
    model: 'warm-up',
    team: 'warm-up',
    client: 'warm-up',
    latencyMs: 12.5,
    status: 'ok',
    inputTokens: 1,
    outputTokens: 1,
    timeToFirstTokenMs: 1.5,
  };
  const body = Buffer.from(JSON.stringify(Array(EVENTS).fill(event)));
  const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
  return lightRequest({ method: 'POST', url: 'https://localhost/v1/events', headers, body });
};

/** Goes all the way of keeping a batch but its last step: nothing is sent. */
export const warmUpS3 = async (client: S3Client, bucket: string): Promise<void> => {
  const put = new PutObjectCommand({
    Bucket: bucket,
    Key: 'batches/warm-up',
    Body: new Uint8Array(8),
    Metadata: { fingerprint: 'warm-up' },
    IfNoneMatch: '*',
    ContentType: 'application/zstd',
  });
  const answer = { statusCode: 200, headers: {}, body: Readable.from([]) };
  const withoutNetwork = () => async () => ({ response: answer, output: { $metadata: {} } });
  put.middlewareStack.add(withoutNetwork, { step: 'deserialize', priority: 'low' });
  await client.send(put);
};
