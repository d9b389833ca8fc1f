import { randomBytes } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { DocumentStore, StoredDocument } from '../../core/ports.ts';
import { failingAs, nameOf } from './awsError.ts';

/** Requests under way at once. */
const AT_ONCE = 32;
const PREFIX = 'documents/';

/** What S3 answers to a conditional write that lost: the other was there first, or is being written at this moment. */
const LOST: ReadonlySet<string> = new Set(['PreconditionFailed', 'ConditionalRequestConflict', 'NoSuchKey']);

/** An ETag is a digest of the bytes: with some of chance in front every write has its own. */
const NONCE_BYTES = 16;

/** Documents as objects of S3, written under its conditions (If-Match, If-None-Match); the version is the ETag. */
export const s3DocumentStore = ({ client, bucket }: { client: S3Client; bucket: string }): DocumentStore => {
  const of = (key: string) => ({ Bucket: bucket, Key: PREFIX + key });

  const read = async (key: string): Promise<StoredDocument | undefined> => {
    try {
      const { Body, ETag } = await client.send(new GetObjectCommand(of(key)));
      const bytes = await Body!.transformToByteArray();
      return { bytes: bytes.slice(NONCE_BYTES), version: ETag! };
    } catch (error) {
      if (nameOf(error) === 'NoSuchKey') return undefined;
      throw error;
    }
  };

  return {
    get: (keys) =>
      failingAs('read documents', async () => {
        const found: (StoredDocument | undefined)[] = [];
        for (let i = 0; i < keys.length; i += AT_ONCE)
          found.push(...(await Promise.all(keys.slice(i, i + AT_ONCE).map(read))));
        return found;
      }),
    put: (key, bytes, ifVersion) =>
      failingAs('write a document', async () => {
        const condition = ifVersion === undefined ? { IfNoneMatch: '*' } : { IfMatch: ifVersion };
        try {
          const Body = Buffer.concat([randomBytes(NONCE_BYTES), bytes]);
          await client.send(new PutObjectCommand({ ...of(key), Body, ...condition }));
          return true;
        } catch (error) {
          if (LOST.has(nameOf(error))) return false;
          throw error;
        }
      }),
    remove: (key) =>
      failingAs('remove a document', async () => {
        await client.send(new DeleteObjectCommand(of(key)));
      }),
    list: (prefix) =>
      failingAs('list documents', async () => {
        const keys: string[] = [];
        let token: string | undefined;
        do {
          const page = await client.send(
            new ListObjectsV2Command({ Bucket: bucket, Prefix: PREFIX + prefix, ContinuationToken: token }),
          );
          for (const { Key } of page.Contents ?? []) keys.push(Key!.slice(PREFIX.length));
          token = page.NextContinuationToken;
        } while (token !== undefined);
        return keys.sort();
      }),
  };
};
