import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Parked } from '../../aws/deadLetters/parked.ts';
import { type AwsSession, clientOptions } from '../awsSession.ts';
import { progressBar } from '../bar.ts';

/** The longest of the functions runs for a minute. */
const ANSWER_MS = 90_000;

interface ParkedEvents {
  session: AwsSession;
  client: SQSClient;
  from: string;
  functions: Readonly<Partial<Record<Parked, string>>>;
}

/** Invokes functions again that nobody waited for, with the events they failed in, and says what came of it. */
export const redriveEvents = async (
  { dryRun }: { dryRun?: true },
  { session, client, from, functions }: ParkedEvents,
): Promise<void> => {
  const [{ LambdaClient }, { queueDepth }, { invokeAgain }] = await Promise.all([
    import('@aws-sdk/client-lambda'),
    import('../../aws/deadLetters/queueDepth.ts'),
    import('../../aws/deadLetters/invokeAgain.ts'),
  ]);
  const { waiting } = await queueDepth({ client, url: from });
  console.log(`${waiting} observed events and runs of scheduled work are parked`);
  if (dryRun || waiting === 0) return;
  const options = clientOptions(session);
  const requestHandler = { ...options.requestHandler, requestTimeout: ANSWER_MS };
  const lambda = new LambdaClient({ ...options, requestHandler });
  const bar = progressBar('invoking again', waiting);
  const { invoked, dropped, left } = await invokeAgain({
    sqs: client,
    lambda,
    from,
    functions,
    atMost: waiting,
    onProgress: (handled) => bar.update(handled),
  }).finally(() => bar.stop());
  console.log(`invoked ${invoked} again; dropped ${dropped} runs of scheduled work, which the next run does`);
  for (const why of left) console.log(`left ${why}`);
};
