import { type Command, InvalidArgumentError, Option } from 'commander';
import { awsSession, clientOptions, profileOption, regionOption } from '../awsSession.ts';
import { Failure } from '../failure.ts';
import { type MoveOptions, redriveBatches } from './batches.ts';
import { redriveEvents } from './events.ts';
import { redriveUnannounced, spanOf } from './unannounced.ts';

interface Options extends MoveOptions {
  stack: string;
  dataStack: string;
  unannounced?: true;
  from?: string;
  to: string;
  region?: string;
  profile?: string;
}

export const addRedrive = (program: Command): Command =>
  program
    .command('redrive')
    .summary('AWS: send dead letters again')
    .description(
      'Send again what a deployment in AWS could not process, once the cause is gone: the batches that could not be rolled up ' +
        'go back to their queue, and functions are invoked again with the events they failed in. Runs of scheduled work are ' +
        'dropped, since the next run does the same. Nothing counts twice, however often it is sent. Dead letters are kept for ' +
        '14 days.',
    )
    .option('--dry-run', 'only say how many there are')
    .option('--stack <name>', 'the stack of the application', 'ModelmeterApp')
    .addOption(regionOption())
    .addOption(profileOption())
    .addOption(
      new Option('--rate <messages>', 'at most so many in a second, 1 to 500').argParser(rate).conflicts('plain'),
    )
    .option('--plain', 'receive, send and delete each from here, where SQS cannot move them itself')
    .option(
      '--unannounced',
      'announce batches of the bucket instead that were kept from --from to --to and never rolled up',
    )
    .option('--from <time>', 'ISO 8601, epoch milliseconds, or now-24h, now-7d; at most 49 days ago (default: these)')
    .option('--to <time>', 'the same; not included', 'now')
    .option('--data-stack <name>', 'with --unannounced: the stack that holds the data', 'ModelmeterData')
    .addHelpText(
      'after',
      `
It takes the IAM actions cloudformation:DescribeStacks, sqs:GetQueueAttributes, sqs:StartMessageMoveTask,
sqs:ListMessageMoveTasks, sqs:ReceiveMessage, sqs:DeleteMessage, sqs:SendMessage and lambda:InvokeFunction; with
--unannounced s3:ListBucket, dynamodb:BatchGetItem, kms:Decrypt and sqs:SendMessage.

Examples:
  modelmeter redrive --dry-run
  modelmeter redrive --rate 20
  modelmeter redrive --unannounced --from 2026-11-01 --to 2026-11-03`,
    )
    .action(redrive);

const redrive = async (options: Options): Promise<void> => {
  const [{ CloudFormationClient }, { SQSClient }, { stackOutputs }] = await Promise.all([
    import('@aws-sdk/client-cloudformation'), // what loads the SDK is loaded only now
    import('@aws-sdk/client-sqs'),
    import('../../aws/stackOutputs.ts'),
  ]);
  const span = spanOf(options, Date.now());
  const session = await awsSession(options);
  const { stack, dataStack } = options;
  const outputsOf = (name: string) =>
    stackOutputs({ client: new CloudFormationClient(clientOptions(session)), stack: name });
  const outputs = await outputsOf(stack);
  if (options.unannounced) {
    const data = await outputsOf(dataStack);
    return redriveUnannounced(
      { ...(options.dryRun && { dryRun: true }), ...span },
      {
        session,
        bucket: output(data, 'DataBucket', dataStack),
        table: output(data, 'RollupsTable', dataStack),
        queue: output(outputs, 'BatchQueueUrl', stack),
      },
    );
  }
  const client = new SQSClient(clientOptions(session));
  await redriveBatches(options, {
    client,
    from: output(outputs, 'BatchDeadLetterQueueUrl', stack),
    to: output(outputs, 'BatchQueueUrl', stack),
  });
  const { ObserveFunction, BedrockLogsFunction } = outputs;
  await redriveEvents(options, {
    session,
    client,
    from: output(outputs, 'ScheduleDeadLetterQueueUrl', stack),
    functions: {
      ...(ObserveFunction && { observe: ObserveFunction }),
      ...(BedrockLogsFunction && { 'bedrock-logs': BedrockLogsFunction }),
    },
  });
};

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
