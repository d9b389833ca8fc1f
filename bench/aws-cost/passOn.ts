import { type IncomingMessage, request as requestTo } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** A request of our own, as the SDK would make it. */
export const dynamoRequest = (action: string) => ({
  method: 'POST',
  url: '/',
  headers: {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': `DynamoDB_20120810.${action}`,
    'x-amz-date': '20260101T000000Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=bench/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
  },
});

type Passed = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** Sends a request on to where it is answered. */
export const passOn = (to: string, { method, url, headers }: Passed, body: Buffer) =>
  new Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }>((resolve, reject) => {
    const { hostname, port } = new URL(to);
    const passed = { ...headers, 'content-length': String(body.length) };
    const onward = requestTo({ hostname, port, path: url, method, headers: passed }, async (answer) => {
      const content = await buffer(answer);
      resolve({ status: answer.statusCode!, headers: answer.headers, body: content });
    });
    onward.on('error', reject);
    onward.end(body);
  });
