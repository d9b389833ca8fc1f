import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Service } from './services.ts';

interface Stored {
  body: Buffer;
  headers: Record<string, string>;
  writtenMs: number;
}
interface Answer {
  status: number;
  body?: Buffer | string;
  headers?: Record<string, string>;
}

/**
 * As much of S3's protocol as the product speaks, over real HTTP: objects with metadata, `If-None-Match: *`, `If-Match`, ranges, lists
 * in pages and deletion of many. Buckets are made by naming them. Signatures are not checked. `now` dates what is written.
 */
export const startMemoryS3 = async ({ pageSize = 1000, now = Date.now } = {}): Promise<Service> => {
  const buckets = new Map<string, Map<string, Stored>>();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url!, 'http://s3');
    const [, bucket = '', ...rest] = url.pathname.split('/');
    const objects = buckets.get(bucket) ?? new Map<string, Stored>();
    buckets.set(bucket, objects);
    const key = rest.map(decodeURIComponent).join('/');
    const body = await buffer(request);
    const answer =
      key === '' ? onBucket(objects, request, url, body, pageSize) : onObject(objects, request, key, body, now());
    response.writeHead(answer.status, answer.headers).end(request.method === 'HEAD' ? undefined : answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const onObject = (
  objects: Map<string, Stored>,
  request: IncomingMessage,
  key: string,
  body: Buffer,
  nowMs: number,
): Answer => {
  const found = objects.get(key);
  switch (request.method) {
    case 'PUT': {
      if (found && request.headers['if-none-match'] === '*') return failure(412, 'PreconditionFailed');
      const expected = request.headers['if-match'];
      if (expected !== undefined && !found) return failure(404, 'NoSuchKey');
      if (expected !== undefined && expected !== etagOf(found!.body)) return failure(412, 'PreconditionFailed');
      const kept = Object.entries(request.headers).filter(([name]) => /^(x-amz-meta-|content-type$)/.test(name));
      objects.set(key, { body, headers: Object.fromEntries(kept) as Record<string, string>, writtenMs: nowMs });
      return { status: 200, headers: { etag: etagOf(body) } };
    }
    case 'DELETE':
      objects.delete(key);
      return { status: 204 };
    default: {
      if (!found) return failure(404, 'NoSuchKey');
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
      const part = from === undefined ? found.body : found.body.subarray(Number(from), Number(to) + 1);
      return {
        status: from === undefined ? 200 : 206,
        body: part,
        headers: { ...found.headers, ...sizeOf(part), etag: etagOf(found.body) },
      };
    }
  }
};

const etagOf = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`;

const sizeOf = (body: Buffer) => ({ 'content-length': String(body.length) });

const onBucket = (
  objects: Map<string, Stored>,
  request: IncomingMessage,
  { searchParams: query }: URL,
  body: Buffer,
  pageSize: number,
): Answer => {
  if (request.method === 'PUT') return { status: 200 };
  if (request.method === 'POST') {
    for (const [, key] of body.toString().matchAll(/<Key>([^<]*)<\/Key>/g)) objects.delete(key!);
    return { status: 200, body: '<DeleteResult/>' };
  }
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const page = keys.slice(0, pageSize);
  const contents = page.map((key) => {
    const { body: bytes, writtenMs } = objects.get(key)!;
    const written = new Date(writtenMs).toISOString();
    return `<Contents><Key>${key}</Key><Size>${bytes.length}</Size><LastModified>${written}</LastModified></Contents>`;
  });
  const isTruncated = keys.length > page.length;
  const next = isTruncated ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
  return {
    status: 200,
    body: `<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`,
  };
};

const failure = (status: number, code: string): Answer => ({
  status,
  body: `<Error><Code>${code}</Code><Message>${code}</Message></Error>`,
  headers: { 'content-type': 'application/xml' },
});
