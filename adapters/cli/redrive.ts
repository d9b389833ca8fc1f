import type { SQSClient } from '@aws-sdk/client-sqs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { QueueDepth } from '../aws/deadLetters/queueDepth.ts';
import { awsSession, clientOptions, profileOption, regionOption } from './awsSession.ts';
import { progressBar } from './bar.ts';
import { Failure } from './failure.ts';

interface Options {
  stack: string;
  region?: string;
  profile?: string;
  dryRun?: true;
  plain?: true;
  rate?: number;
}

export const addRedrive = (program: Command): Command =>
  program
    .command('redrive')
    .summary('AWS: send dead letters again')
    .description(
      'Send the batches that could not be rolled up (the dead-letter queue of a deployment in AWS) back to be tried again, ' +
        'once the cause is gone. Nothing counts twice, however often it is sent: the roll-up knows each batch that it has had. ' +
        'Dead letters are kept for 14 days.',
    )
    .option('--dry-run', 'only say how many there are')
    .option('--stack <name>', 'the stack of the application', 'ModelmeterApp')
    .addOption(regionOption())
    .addOption(profileOption())
    .addOption(
      new Option('--rate <messages>', 'at most so many in a second, 1 to 500').argParser(rate).conflicts('plain'),
    )
    .option('--plain', 'receive, send and delete each from here, where SQS cannot move them itself')
    .addHelpText(
      'after',
      `
It takes the IAM actions cloudformation:DescribeStacks, sqs:GetQueueAttributes, sqs:StartMessageMoveTask,
sqs:ListMessageMoveTasks, sqs:ReceiveMessage, sqs:DeleteMessage and sqs:SendMessage.

Examples:
  modelmeter redrive --dry-run
  modelmeter redrive --rate 20`,
    )
    .action(redrive);

const redrive = async (options: Options): Promise<void> => {
  const [{ CloudFormationClient }, { SQSClient }, { stackOutputs }, { queueDepth }] = await Promise.all([
    import('@aws-sdk/client-cloudformation'), // what loads the SDK is loaded only now
    import('@aws-sdk/client-sqs'),
    import('../aws/stackOutputs.ts'),
    import('../aws/deadLetters/queueDepth.ts'),
  ]);
  const session = clientOptions(await awsSession(options));
  const outputs = await stackOutputs({ client: new CloudFormationClient(session), stack: options.stack });
  const from = output(outputs, 'BatchDeadLetterQueueUrl', options.stack);
  const to = output(outputs, 'BatchQueueUrl', options.stack);
  const client = new SQSClient(session);
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

interface Move {
  client: SQSClient;
  from: string;
  to: string;
  depth: QueueDepth;
  target: QueueDepth;
}

const move = async ({ plain, rate }: Options, { client, from, to, depth, target }: Move): Promise<number> => {
  const [{ moveByHand }, { moveByTask }] = await Promise.all([
    import('../aws/deadLetters/moveByHand.ts'),
    import('../aws/deadLetters/moveByTask.ts'),
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

const output = (outputs: Record<string, string>, name: string, stack: string): string => {
  const value = outputs[name];
  if (value) return value;
  throw new Failure(`the stack ${stack} has no output ${name}: is it the application's, of this version?`);
};

const rate = (text: string): number => {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= 1 && value <= 500)) throw new InvalidArgumentError('Expected a whole number from 1 to 500.');
  return value;
};
