import { setTimeout as sleep } from 'node:timers/promises';
import {
  ListMessageMoveTasksCommand,
  type ListMessageMoveTasksResultEntry,
  type SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { AppError } from '../../../core/errors.ts';

const POLL_MS = 2_000;
const UNDER_WAY = new Set(['RUNNING', 'CANCELLING']);

/**
 * Has SQS itself move all messages from one queue to another, and waits until it has. SQS goes on when the caller is
 * killed; called again, this follows the task that runs instead of starting a second one, which SQS would refuse.
 *
 * @param move.perSecond at most so many, 1 to 500; SQS chooses without it
 * @param move.onProgress hears how many were moved so far, of how many (undefined until SQS knows)
 * @returns how many were moved, as SQS counts them
 * @throws AppError `storageFailed` when the task failed or was cancelled: what was not moved is where it was
 */
export const moveByTask = async (move: {
  client: SQSClient;
  fromArn: string;
  toArn: string;
  perSecond?: number | undefined;
  onProgress?: (moved: number, of: number | undefined) => void;
  pollMs?: number;
}): Promise<number> => {
  const { client, fromArn, toArn, perSecond, onProgress, pollMs = POLL_MS } = move;
  const latest = async () => {
    const { Results } = await client.send(new ListMessageMoveTasksCommand({ SourceArn: fromArn, MaxResults: 1 }));
    return Results?.[0];
  };
  if (!isUnderWay(await latest()))
    await client.send(
      new StartMessageMoveTaskCommand({
        SourceArn: fromArn,
        DestinationArn: toArn,
        ...(perSecond && { MaxNumberOfMessagesPerSecond: perSecond }),
      }),
    );
  for (;;) {
    const task = await latest();
    const moved = task?.ApproximateNumberOfMessagesMoved ?? 0;
    onProgress?.(moved, task?.ApproximateNumberOfMessagesToMove);
    if (task?.Status === 'COMPLETED') return moved;
    if (task && !isUnderWay(task)) throw failed(task);
    await sleep(pollMs);
  }
};

const isUnderWay = (task: ListMessageMoveTasksResultEntry | undefined) => UNDER_WAY.has(task?.Status ?? '');

const failed = ({
  Status = '',
  FailureReason,
  ApproximateNumberOfMessagesMoved = 0,
}: ListMessageMoveTasksResultEntry) =>
  new AppError(
    'storageFailed',
    `SQS moved ${ApproximateNumberOfMessagesMoved} messages, then the task ${Status.toLowerCase()}` +
      `${FailureReason ? ` (${FailureReason})` : ''}: start again; the others are where they were`,
  );
