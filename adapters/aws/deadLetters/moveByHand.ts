import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** SQS hands out, takes and deletes at most ten at once. */
const AT_ONCE = 10;
/** One receive may find nothing although something is there; so often in a row, waiting each time, means empty. */
const EMPTY_RECEIVES = 2;
const WAIT_S = 2;
/** So long is a message kept from others until it was sent on and deleted. */
const HIDDEN_S = 60;

/**
 * Moves messages from one queue to another: receives some, sends them, and only then deletes those that were sent. Killed
 * in between, a message may end up in both queues and never in none; the roll-up knows a batch that it has had.
 *
 * @param move.atMost where to stop: what fails once more comes back, and would go round for ever
 * @returns how many were sent
 */
export const moveByHand = async (move: {
  client: SQSClient;
  from: string;
  to: string;
  atMost: number;
  onProgress?: (moved: number) => void;
  hiddenS?: number;
  waitS?: number;
}): Promise<number> => {
  const { client, from, to, atMost, onProgress, hiddenS = HIDDEN_S, waitS = WAIT_S } = move;
  let moved = 0;
  for (let empty = 0; empty < EMPTY_RECEIVES && moved < atMost; ) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: from,
        MaxNumberOfMessages: Math.min(AT_ONCE, atMost - moved),
        VisibilityTimeout: hiddenS,
        WaitTimeSeconds: waitS,
      }),
    );
    empty = Messages.length === 0 ? empty + 1 : 0;
    if (Messages.length === 0) continue;
    moved += await sendOn({ client, from, to, messages: Messages });
    onProgress?.(moved);
  }
  return moved;
};

const sendOn = async (on: { client: SQSClient; from: string; to: string; messages: readonly Message[] }) => {
  const { client, from, to, messages } = on;
  const { Successful = [] } = await client.send(
    new SendMessageBatchCommand({
      QueueUrl: to,
      Entries: messages.map(({ Body }, i) => ({ Id: String(i), MessageBody: Body })),
    }),
  );
  if (Successful.length === 0) return 0; // they are seen again once their time is over
  await client.send(
    new DeleteMessageBatchCommand({
      QueueUrl: from,
      Entries: Successful.map(({ Id }) => ({ Id, ReceiptHandle: messages[Number(Id)]!.ReceiptHandle })),
    }),
  );
  return Successful.length;
};
