import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type * as z from 'zod';
import { log } from './log.ts';
import { shell } from './shell.ts';

/** With less time than this left, milliseconds, no message is tried by itself: it comes again. */
const ENOUGH_MS = 10_000;

interface Message<T> {
  messageId: string;
  content: T;
}

/**
 * A function that takes messages of a queue, all of a batch together. When that fails, each is tried by itself, so that
 * only those are given back, and in the end parked, that cannot be done.
 *
 * @param schema of the JSON that a message holds
 * @param work must be idempotent: messages come more than once
 */
export const sqsBatch = <T>(of: { schema: z.ZodType<T>; work: (contents: readonly T[]) => Promise<void> }) =>
  shell<SQSEvent, SQSBatchResponse>(async ({ Records }, context) => {
    const failed: string[] = [];
    const fail = (messageId: string, error: unknown) => {
      log.error('a message failed', { messageId, error });
      failed.push(messageId);
    };
    const messages = Records.flatMap(({ messageId, body }): Message<T>[] => {
      try {
        return [{ messageId, content: of.schema.parse(JSON.parse(body)) }];
      } catch (error) {
        fail(messageId, error);
        return [];
      }
    });
    await together(messages, of.work, context, fail);
    return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
  });

const together = async <T>(
  messages: readonly Message<T>[],
  work: (contents: readonly T[]) => Promise<void>,
  context: Context,
  fail: (messageId: string, error: unknown) => void,
): Promise<void> => {
  if (messages.length === 0) return;
  try {
    await work(messages.map(({ content }) => content));
    return;
  } catch (error) {
    if (messages.length === 1) return fail(messages[0]!.messageId, error);
    log.warn('a batch of messages failed: each is tried by itself', { messages: messages.length, error });
  }
  for (const { messageId, content } of messages) {
    if (context.getRemainingTimeInMillis() < ENOUGH_MS) {
      fail(messageId, new Error('not tried by itself: too little time was left'));
      continue;
    }
    await work([content]).catch((error: unknown) => fail(messageId, error));
  }
};
