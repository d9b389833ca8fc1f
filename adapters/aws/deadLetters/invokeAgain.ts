import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { DeleteMessageCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { nameOf } from '../awsError.ts';
import { type Parked, parkedIn } from './parked.ts';

/** One receive may find nothing although something is there; so often in a row, waiting each time, means empty. */
const EMPTY_RECEIVES = 2;
const WAIT_S = 2;
/** Longer than any function that is invoked here may run, so that nobody else takes the message meanwhile. */
const HIDDEN_S = 300;

export interface Outcome {
  invoked: number;
  /** Runs of scheduled work: the next run does the same. */
  dropped: number;
  /** Why the others are where they were. */
  left: string[];
}

/**
 * Invokes the functions again that parked events failed in, one event after the other, and deletes each once its function has
 * succeeded. Killed in between, an event may be taken twice: the functions know what they have had.
 *
 * @param of.functions names of the functions that are deployed, by what they take
 * @param of.atMost where to stop: what fails once more is seen again later
 */
export const invokeAgain = async (of: {
  sqs: SQSClient;
  lambda: LambdaClient;
  from: string;
  functions: Readonly<Partial<Record<Parked, string>>>;
  atMost: number;
  onProgress?: (handled: number) => void;
  hiddenS?: number;
  waitS?: number;
}): Promise<Outcome> => {
  const { sqs, from, atMost, onProgress, hiddenS = HIDDEN_S, waitS = WAIT_S } = of;
  const outcome: Outcome = { invoked: 0, dropped: 0, left: [] };
  const receive = new ReceiveMessageCommand({
    QueueUrl: from,
    MaxNumberOfMessages: 1, // its time of being hidden runs from here
    MessageAttributeNames: ['All'],
    VisibilityTimeout: hiddenS,
    WaitTimeSeconds: waitS,
  });
  for (let empty = 0, handled = 0; empty < EMPTY_RECEIVES && handled < atMost; ) {
    const { Messages: [message] = [] } = await sqs.send(receive);
    empty = message ? 0 : empty + 1;
    if (!message) continue;
    await handle(message, of, outcome);
    onProgress?.(++handled);
  }
  return outcome;
};

const handle = async (message: Message, of: Parameters<typeof invokeAgain>[0], outcome: Outcome): Promise<void> => {
  const kind = parkedIn(message);
  const problem = kind === 'scheduled' ? undefined : await invoke(message, of, kind);
  if (problem !== undefined) {
    outcome.left.push(`${message.MessageId}: ${problem}`);
    return;
  }
  await of.sqs.send(new DeleteMessageCommand({ QueueUrl: of.from, ReceiptHandle: message.ReceiptHandle }));
  if (kind === 'scheduled') outcome.dropped++;
  else outcome.invoked++;
};

/** What went wrong; undefined = nothing. */
const invoke = async (
  { Body = '' }: Message,
  { lambda, functions }: Parameters<typeof invokeAgain>[0],
  kind: Parked | undefined,
): Promise<string | undefined> => {
  if (kind === undefined) return 'it is nothing that a function of ours was told';
  const FunctionName = functions[kind];
  if (FunctionName === undefined) return `the function ${kind} is not deployed`;
  try {
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName, Payload: Buffer.from(Body) }),
    );
    return FunctionError === undefined
      ? undefined
      : `${kind} failed: ${Buffer.from(Payload ?? [])
          .toString()
          .slice(0, 300)}`;
  } catch (error) {
    if (!MAY_PASS.has(nameOf(error))) throw error;
    return `${kind} cannot run now: ${(error as Error).message}`;
  }
};

const MAY_PASS = new Set(['TooManyRequestsException', 'ServiceException']);
