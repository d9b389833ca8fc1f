import * as z from 'zod';
import { batchIdOf, batchKey } from './s3BatchLog.ts';

const Created = z.object({
  Records: z
    .array(z.object({ s3: z.object({ object: z.object({ key: z.string() }) }) }))
    .transform((records) => records.map(({ s3 }) => keyIn(s3.object.key))),
});
/** S3 sends one when it is told of the queue: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
const Test = z.object({ Event: z.literal('s3:TestEvent') }).transform(() => ({ Records: [] as string[] }));

/** Keys come as in a form: a blank is a plus. */
const keyIn = (encoded: string): string => decodeURIComponent(encoded.replaceAll('+', ' '));

/**
 * What a message of the batch queue says: ids of batches that S3 has got, as its event notification names their objects.
 * A message about any other object is an error.
 */
export const BatchNotice = z.union([Created, Test]).transform(({ Records }, context): string[] =>
  Records.flatMap((key) => {
    const id = batchIdOf(key);
    if (id === undefined) context.addIssue({ code: 'custom', message: `${key} is no batch` });
    return id ?? [];
  }),
);

/** Such a message of our own, about one batch, for when S3's never came. */
export const batchNotice = (id: string): string =>
  JSON.stringify({ Records: [{ s3: { object: { key: encodeURIComponent(batchKey(id)) } } }] });
