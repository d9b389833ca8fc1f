import { DeleteObjectsCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from 'vitest';
import { batchIdOf, batchKey, s3BatchLog } from '../../adapters/aws/s3BatchLog.ts';
import { s3BlockBytes } from '../../adapters/aws/s3BlockBytes.ts';
import { aBatch, anEntry } from '../contract/batchLog.ts';

type Input = Record<string, unknown>;
type Call = [name: string, input: Input];

/** A client that answers by a function; an error is thrown. */
const s3With = (answer: (name: string, input: Input) => unknown) => {
  const calls: Call[] = [];
  const client = new S3Client({ region: 'us-east-1' });
  client.send = (async (command: { constructor: { name: string }; input: Input }) => {
    calls.push([command.constructor.name, command.input]);
    const answered = answer(command.constructor.name, command.input);
    if (answered instanceof Error) throw answered;
    return answered;
  }) as never;
  return { client, calls };
};
const failure = (name: string, httpStatusCode: number) =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });
const body = (bytes: Uint8Array) => ({ transformToByteArray: async () => bytes });

describe('the batch log in S3', () => {
  const logWith = (...answers: unknown[]) => {
    const { client, calls } = s3With(() => answers.shift() ?? new Error('one call too many'));
    return { log: s3BatchLog({ client, bucket: 'b' }), calls };
  };
  const first = { Metadata: { fingerprint: anEntry(1).fingerprint, accepted: '1', rejected: '2', receivedat: '5' } };

  it('writes an object only where there is none, with what a retry is told', async () => {
    const { log, calls } = logWith({});

    expect(await log.append(anEntry(1))).toEqual({ kind: 'appended' });

    expect(calls).toMatchObject([
      [
        PutObjectCommand.name,
        {
          Bucket: 'b',
          Key: `batches/${aBatch(1).id}`,
          IfNoneMatch: '*',
          Metadata: { ...first.Metadata, receivedat: String(aBatch(1).receivedAt) },
        },
      ],
    ]);
  });

  it('looks at what is there when S3 refuses with 412', async () => {
    const { log } = logWith(failure('PreconditionFailed', 412), first);

    expect(await log.append(anEntry(1))).toEqual({ kind: 'duplicate', receipt: anEntry(1).receipt });
  });

  it('tries again while another writes the same key (409)', async () => {
    const conflict = failure('ConditionalRequestConflict', 409);
    const { log } = logWith(conflict, conflict, failure('PreconditionFailed', 412), first);

    expect(await log.append(anEntry(1))).toMatchObject({ kind: 'duplicate' });
  });

  it('writes after all when what was in the way expired meanwhile', async () => {
    const { log } = logWith(failure('PreconditionFailed', 412), failure('NotFound', 404), {});

    expect(await log.append(anEntry(1))).toEqual({ kind: 'appended' });
  });

  it('says overload when S3 keeps slowing it down, and failure when it refuses', async () => {
    const slow = s3With(() => failure('SlowDown', 503));
    const denied = s3With(() => failure('AccessDenied', 403));
    const append = ({ client }: { client: S3Client }) => s3BatchLog({ client, bucket: 'b' }).append(anEntry(1));

    await expect(append(slow)).rejects.toMatchObject({ code: 'overloaded', retryAfterS: 5 });
    await expect(append(denied)).rejects.toMatchObject({ code: 'storageFailed' });
    expect([slow.calls.length, denied.calls.length]).toEqual([6, 1]);
  });

  it('lists batches by the beginning of their ids, page by page', async () => {
    const page = (ids: string[], more?: string) => ({
      Contents: ids.map((id) => ({ Key: batchKey(id), LastModified: new Date(7) })),
      ...(more && { NextContinuationToken: more }),
    });
    const { log, calls } = logWith(page(['a1', 'a2'], 'next'), page(['a3']));

    const found: string[] = [];
    for await (const { id, storedMs } of log.list('a')) found.push(`${id} ${storedMs}`);

    expect(found).toEqual(['a1 7', 'a2 7', 'a3 7']);
    expect(calls.map(([, input]) => [input.Prefix, input.ContinuationToken])).toEqual([
      ['batches/a', undefined],
      ['batches/a', 'next'],
    ]);
  });

  it.each(['0a1b', '4f5c8d62-0000-4000-8000-000000000000', 'my key: Zoë/1'])('knows batch %s by its key', (id) => {
    expect(batchIdOf(batchKey(id))).toBe(id);
    expect(batchIdOf(`segments/${id}`)).toBeUndefined();
  });
});

describe('bytes of blocks in S3', () => {
  const segment = Uint8Array.from({ length: 1_000_000 }, (_, i) => i % 251);
  const { client, calls } = s3With((name, input) => {
    if (name === DeleteObjectsCommand.name) return {};
    if (String(input.Key).endsWith('gone')) return failure('NoSuchKey', 404);
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(String(input.Range))!;
    return { Body: body(segment.subarray(Number(from), Number(to) + 1)) };
  });
  const bytes = s3BlockBytes({ client, bucket: 'b' });
  afterEach(() => {
    calls.length = 0;
  });

  it('fetches pieces that lie close together in one go, and gives each its own', async () => {
    const pieces = [
      { segmentId: 'a', offset: 900_000, length: 10 },
      { segmentId: 'a', offset: 100, length: 50 },
      { segmentId: 'b', offset: 0, length: 1 },
      { segmentId: 'a', offset: 0, length: 100 },
      { segmentId: 'a', offset: 30_000, length: 5 },
      { segmentId: 'gone', offset: 0, length: 5 },
      { segmentId: 'a', offset: 120, length: 10 },
    ];

    const read = await bytes.read(pieces);

    expect(read.map((each) => each && [...each])).toEqual(
      pieces.map(({ segmentId, offset, length }) =>
        segmentId === 'gone' ? undefined : [...segment.subarray(offset, offset + length)],
      ),
    );
    const ranges = calls.map(([name, { Key, Range }]) => `${name} ${Key} ${Range}`);
    expect(ranges.toSorted()).toEqual(
      [
        'segments/a bytes=0-30004',
        'segments/a bytes=900000-900009',
        'segments/b bytes=0-0',
        'segments/gone bytes=0-4',
      ].map((range) => `${GetObjectCommand.name} ${range}`),
    );
  });

  it('removes 1,000 segments a call', async () => {
    await bytes.remove(Array.from({ length: 1_001 }, (_, i) => String(i)));

    const sizes = calls.map(([, { Delete }]) => (Delete as { Objects: unknown[] }).Objects.length);
    expect(sizes).toEqual([1_000, 1]);
  });

  it('fails when S3 could not remove one, so that it is tried again', async () => {
    const refusing = s3With(() => ({ Errors: [{ Key: 'segments/a', Code: 'AccessDenied', Message: 'no' }] }));

    await expect(s3BlockBytes({ client: refusing.client, bucket: 'b' }).remove(['a'])).rejects.toMatchObject({
      code: 'storageFailed',
      message: expect.stringContaining('segments/a'),
    });
  });
});
