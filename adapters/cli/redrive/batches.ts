import type { SQSClient } from '@aws-sdk/client-sqs';
import type { QueueDepth } from '../../aws/deadLetters/queueDepth.ts';
import { progressBar } from '../bar.ts';
import { Failure } from '../failure.ts';

export interface MoveOptions {
  /** Only say how many there are. */
  dryRun?: true;
  /** From here, message by message, not by SQS itself. */
  plain?: true;
  /** At most so many in a second. */
  rate?: number;
}

interface Queues {
  client: SQSClient;
  from: string;
  to: string;
}

/** Moves the batches that could not be rolled up back to the queue that they came from, and says how many. */
export const redriveBatches = async (options: MoveOptions, { client, from, to }: Queues): Promise<void> => {
  const { queueDepth } = await import('../../aws/deadLetters/queueDepth.ts');
  const [depth, target] = await Promise.all([queueDepth({ client, url: from }), queueDepth({ client, url: to })]);
  console.log(summary(depth, target));
  if (options.dryRun || depth.waiting === 0) return;
  const moved = await move(options, { client, from, to, depth, target });
  const left = await queueDepth({ client, url: from });
  console.log(`sent ${moved} again; ${left.waiting} are left (SQS counts what moved last only after a minute)`);
};

const summary = ({ waiting, inFlight }: QueueDepth, target: QueueDepth): string => {
  const held = inFlight > 0 ? `, ${inFlight} more are being moved or looked at` : '';
  return `${waiting} dead letters wait${held}; ${target.waiting + target.inFlight} batches are in the queue they came from`;
};

interface Move extends Queues {
  depth: QueueDepth;
  target: QueueDepth;
}

const move = async ({ plain, rate }: MoveOptions, { client, from, to, depth, target }: Move): Promise<number> => {
  const [{ moveByHand }, { moveByTask }] = await Promise.all([
    import('../../aws/deadLetters/moveByHand.ts'),
    import('../../aws/deadLetters/moveByTask.ts'),
  ]);
  const bar = progressBar('sending again', depth.waiting);
  try {
    if (plain) return await moveByHand({ client, from, to, atMost: depth.waiting, onProgress: (n) => bar.update(n) });
    return await moveByTask({
      client,
      fromArn: depth.arn,
      toArn: target.arn,
      perSecond: rate,
      onProgress: (n) => bar.update(n),
    }).catch((cause: Error) => {
      if (!CANNOT_MOVE.has(cause.name)) throw cause;
      throw new Failure(`SQS cannot move them itself here (${cause.name}): add --plain`, { cause });
    });
  } finally {
    bar.stop();
  }
};

/** What SQS answers where there are no message-move tasks, in the JSON and in the query protocol. */
const CANNOT_MOVE = new Set([
  'UnsupportedOperation',
  'AWS.SimpleQueueService.UnsupportedOperation',
  'InvalidAction',
  'UnknownOperationException',
]);
