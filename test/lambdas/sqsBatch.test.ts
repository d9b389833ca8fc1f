import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { sqsBatch } from '../../lambdas/sqsBatch.ts';
import { invoke, sqsEvent } from './invoke.ts';

const Message = z.object({ n: z.number() });
type Response = { batchItemFailures: { itemIdentifier: string }[] };
const failedOf = ({ batchItemFailures }: Response) => batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
const bodies = (...numbers: number[]) => sqsEvent(...numbers.map((n) => JSON.stringify({ n })));

/** A function whose work fails when it is given a negative number; `calls` are what it was given. */
const aFunction = () => {
  const calls: number[][] = [];
  const handler = sqsBatch({
    schema: Message,
    async work(messages) {
      calls.push(messages.map(({ n }) => n));
      if (messages.some(({ n }) => n < 0)) throw new Error('negative');
    },
  });
  return { calls, handler };
};

describe('a batch of messages', () => {
  it('is worked on together', async () => {
    const { calls, handler } = aFunction();

    expect(failedOf(await invoke(handler, bodies(1, 2, 3)))).toEqual([]);
    expect(calls).toEqual([[1, 2, 3]]);
  });

  it('that fails is tried message by message, and only what cannot be done is given back', async () => {
    const { calls, handler } = aFunction();

    expect(failedOf(await invoke(handler, bodies(1, -2, 3)))).toEqual(['message-1']);
    expect(calls).toEqual([[1, -2, 3], [1], [-2], [3]]);
  });

  it('of one message is not tried twice', async () => {
    const { calls, handler } = aFunction();

    expect(failedOf(await invoke(handler, bodies(-1)))).toEqual(['message-0']);
    expect(calls).toEqual([[-1]]);
  });

  it('gives back what is no JSON or not of the schema, and does the rest', async () => {
    const { calls, handler } = aFunction();

    const event = sqsEvent('{', '{"n":"1"}', '{"n":1}');
    expect(failedOf(await invoke(handler, event))).toEqual(['message-0', 'message-1']);
    expect(calls).toEqual([[1]]);
  });

  it('gives back what there is too little time left for', async () => {
    const { calls, handler } = aFunction();

    const failed = failedOf(await invoke(handler, bodies(1, -2, 3), { remainingMs: 5_000 }));
    expect(failed).toEqual(['message-0', 'message-1', 'message-2']);
    expect(calls).toHaveLength(1);
  });

  it('without anything in it is nothing to do', async () => {
    const { calls, handler } = aFunction();

    expect(failedOf(await invoke(handler, sqsEvent()))).toEqual([]);
    expect(calls).toEqual([]);
  });
});
