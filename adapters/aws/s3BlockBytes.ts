import { DeleteObjectsCommand, GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { AppError } from '../../core/errors.ts';
import { failingAs, nameOf } from './awsError.ts';
import type { BlockBytes, Piece } from './blockBytes.ts';

const segmentKey = (segmentId: string): string => `segments/${segmentId}`;

/** Pieces of one segment that lie closer than this are fetched together: a request costs as much as some 100 kB of waiting. */
const MAX_GAP_BYTES = 64 * 1024;
/** Requests under way at once. */
const AT_ONCE = 16;
/** Limit of DeleteObjects. */
const KEYS_PER_DELETE = 1_000;

/** Segments as objects of S3, read by ranges. */
export const s3BlockBytes = ({ client, bucket }: { client: S3Client; bucket: string }): BlockBytes => {
  /** undefined = there is no such object. */
  const fetchRange = async ({ segmentId, offset, length }: Piece): Promise<Uint8Array | undefined> => {
    if (length === 0) return new Uint8Array();
    const Range = `bytes=${offset}-${offset + length - 1}`;
    const get = new GetObjectCommand({ Bucket: bucket, Key: segmentKey(segmentId), Range });
    try {
      return await (await client.send(get)).Body!.transformToByteArray();
    } catch (error) {
      if (nameOf(error) === 'NoSuchKey') return undefined;
      throw error;
    }
  };

  return {
    put: (segmentId, bytes) =>
      failingAs('keep blocks', async () => {
        await client.send(new PutObjectCommand({ Bucket: bucket, Key: segmentKey(segmentId), Body: bytes }));
      }),
    read: (pieces) =>
      failingAs('read blocks', async () => {
        const found: (Uint8Array | undefined)[] = pieces.map(() => undefined);
        await inTurns(stretchesOf(pieces), AT_ONCE, async ({ whole, members }) => {
          const bytes = await fetchRange(whole);
          if (!bytes) return;
          for (const i of members) {
            const start = pieces[i]!.offset - whole.offset;
            found[i] = bytes.slice(start, start + pieces[i]!.length);
          }
        });
        return found;
      }),
    remove: (segmentIds) =>
      failingAs('remove blocks', async () => {
        for (let i = 0; i < segmentIds.length; i += KEYS_PER_DELETE) {
          const Objects = segmentIds.slice(i, i + KEYS_PER_DELETE).map((id) => ({ Key: segmentKey(id) }));
          const { Errors = [] } = await client.send(
            new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
          );
          const [first] = Errors;
          if (first)
            throw new AppError('storageFailed', `could not remove ${first.Key}: ${first.Code} ${first.Message}`);
        }
      }),
  };
};

/** A range of one segment, and the positions of the pieces that lie in it. */
interface Stretch {
  whole: Piece;
  members: number[];
}

const stretchesOf = (pieces: readonly Piece[]): Stretch[] => {
  const order = [...pieces.keys()].sort((a, b) => {
    const [one, other] = [pieces[a]!, pieces[b]!];
    return one.segmentId < other.segmentId ? -1 : one.segmentId > other.segmentId ? 1 : one.offset - other.offset;
  });
  const stretches: Stretch[] = [];
  for (const i of order) {
    const { segmentId, offset, length } = pieces[i]!;
    const last = stretches.at(-1);
    const endOfLast = last ? last.whole.offset + last.whole.length : 0;
    if (last?.whole.segmentId === segmentId && offset - endOfLast <= MAX_GAP_BYTES) {
      last.whole.length = Math.max(endOfLast, offset + length) - last.whole.offset;
      last.members.push(i);
    } else stretches.push({ whole: { segmentId, offset, length }, members: [i] });
  }
  return stretches;
};

/** Does some work for each, a bounded number at a time. */
const inTurns = async <T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> => {
  let next = 0;
  const worker = async () => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
};
