import type { CloudFormationCustomResourceEvent, CloudFormationCustomResourceResponse, Context } from 'aws-lambda';
import type * as z from 'zod';
import { log } from './log.ts';
import { shell } from './shell.ts';

/** CloudFormation is answered this long before Lambda would end the function, milliseconds: else it waits for minutes. */
const LAST_MOMENT_MS = 10_000;
/** CloudFormation takes answers of 4 KiB. */
const MAX_REASON_CHARS = 1_000;
const TRIES = 3;

/**
 * A function that CloudFormation asks to make, change or remove something that is its own resource. It is answered in
 * every case, a failure too: a stack that waits for an answer can neither go on nor back. What was made stays when the
 * resource is removed.
 *
 * @param of.id of the resource, always the same: what changes it never replaces it
 * @param of.schema of the resource's properties
 * @param of.put makes or changes it; must be idempotent
 */
export const customResource = <T>(of: { id: string; schema: z.ZodType<T>; put: (properties: T) => Promise<void> }) =>
  shell<CloudFormationCustomResourceEvent, void>(async (event, context) => {
    const failure = await inTime(context, async () => {
      if (event.RequestType !== 'Delete') await of.put(of.schema.parse(event.ResourceProperties));
    });
    if (failure) log.error('the resource was not put', { request: event.RequestType, error: failure });
    await answer(event, {
      Status: failure ? 'FAILED' : 'SUCCESS',
      Reason: failure ? `${failure.message}`.slice(0, MAX_REASON_CHARS) : '',
      PhysicalResourceId: of.id,
      StackId: event.StackId,
      RequestId: event.RequestId,
      LogicalResourceId: event.LogicalResourceId,
    });
  });

/** What the work fails with, too little time among it; undefined = it is done. */
const inTime = async (context: Context, work: () => Promise<void>): Promise<Error | undefined> => {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    const ms = Math.max(0, context.getRemainingTimeInMillis() - LAST_MOMENT_MS);
    timer = setTimeout(() => reject(new Error('it took longer than the function may run')), ms);
  });
  try {
    await Promise.race([work(), tooLate]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    clearTimeout(timer);
  }
};

/** Throws when CloudFormation cannot be reached: Lambda then invokes the function again. */
const answer = async (
  { ResponseURL }: CloudFormationCustomResourceEvent,
  response: CloudFormationCustomResourceResponse,
): Promise<void> => {
  const body = JSON.stringify(response);
  for (let tries = 1; ; tries++) {
    try {
      // The address is signed for requests without a type of content.
      const sent = await fetch(ResponseURL, { method: 'PUT', body, headers: { 'content-type': '' } });
      if (sent.ok) return;
      throw new Error(`CloudFormation answered ${sent.status}`);
    } catch (error) {
      if (tries >= TRIES) throw error;
    }
  }
};
