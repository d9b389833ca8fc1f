import { setTimeout as sleep } from 'node:timers/promises';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { invokeAgain } from '../../../adapters/aws/deadLetters/invokeAgain.ts';
import { moveByHand } from '../../../adapters/aws/deadLetters/moveByHand.ts';
import { moveByTask } from '../../../adapters/aws/deadLetters/moveByTask.ts';
import { queueDepth } from '../../../adapters/aws/deadLetters/queueDepth.ts';
import { awsConfig, createTables, hasMoto, type Service, startMoto } from '../../aws/services.ts';
import { call, range, sumOf, T0, valuesOf, world } from '../../usecases/world.ts';
import { run } from '../harness.ts';
import { answering, awsError } from './answering.ts';

const arns = { fromArn: 'arn:aws:sqs:eu-west-1:1:dead', toArn: 'arn:aws:sqs:eu-west-1:1:batches' };
const asClient = (aws: ReturnType<typeof answering>) => aws.client as unknown as SQSClient;
const task = (Status: string, moved: number, of = 12) => ({
  Results: [{ Status, ApproximateNumberOfMessagesMoved: moved, ApproximateNumberOfMessagesToMove: of }],
});

describe('a move by SQS itself', () => {
  /** Answers of ListMessageMoveTasks in turn; the last one stays. */
  const sqs = (...states: object[]) =>
    answering({
      ListMessageMoveTasks: () => (states.length > 1 ? states.shift() : states[0]),
      StartMessageMoveTask: { TaskHandle: 'handle' },
    });

  it('starts one task, tells how far it is, and ends when SQS says so', async () => {
    const aws = sqs({ Results: [] }, task('RUNNING', 0), task('RUNNING', 7), task('COMPLETED', 12));
    const told: unknown[] = [];

    const moved = await moveByTask({
      client: asClient(aws),
      ...arns,
      perSecond: 20,
      onProgress: (...progress) => told.push(progress),
      pollMs: 1,
    });

    expect(moved).toBe(12);
    expect(told).toEqual([
      [0, 12],
      [7, 12],
      [12, 12],
    ]);
    expect(aws.asked.filter(({ name }) => name === 'StartMessageMoveTask')).toEqual([
      {
        name: 'StartMessageMoveTask',
        input: { SourceArn: arns.fromArn, DestinationArn: arns.toArn, MaxNumberOfMessagesPerSecond: 20 },
      },
    ]);
  });

  it('follows the task of a command that was killed, rather than starting another', async () => {
    const aws = sqs(task('RUNNING', 3), task('COMPLETED', 12));

    const moved = await moveByTask({ client: asClient(aws), ...arns, pollMs: 1 });

    expect(moved).toBe(12);
    expect(aws.times('StartMessageMoveTask')).toBe(0);
  });

  it('starts anew after one that ended long ago', async () => {
    const aws = sqs(task('COMPLETED', 5), task('COMPLETED', 12));

    expect(await moveByTask({ client: asClient(aws), ...arns, pollMs: 1 })).toBe(12);
    expect(aws.times('StartMessageMoveTask')).toBe(1);
  });

  it.each(['FAILED', 'CANCELLED'])('says what SQS says of a task that is %s', async (status) => {
    const aws = sqs({ Results: [] }, { Results: [{ Status: status, FailureReason: 'AccessDenied' }] });

    await expect(moveByTask({ client: asClient(aws), ...arns, pollMs: 1 })).rejects.toThrow(
      `the task ${status.toLowerCase()} (AccessDenied): start again; the others are where they were`,
    );
  });
});

describe.skipIf(!hasMoto)('a move by hand, against moto', () => {
  let moto: Service;
  let client: SQSClient;
  beforeAll(async () => {
    moto = await startMoto();
    client = new SQSClient(awsConfig(moto.endpoint));
  }, 60_000);
  afterAll(() => moto?.stop());

  const BATCHES = 23;
  const CALLS_EACH = 4;
  /** One batch and the message that tells of it. */
  const batchId = (i: number) => `batch-${i}`;
  const contentOf = () => ({ events: Array.from({ length: CALLS_EACH }, () => call()) });

  /** Two queues; the first holds a message for each batch, and for some of them two: SQS delivers at least once. */
  const queues = async (name: string) => {
    const create = async (suffix: string) =>
      (await client.send(new CreateQueueCommand({ QueueName: `${name}-${suffix}` }))).QueueUrl!;
    const [from, to] = [await create('dead'), await create('batches')];
    const ids = [...Array.from({ length: BATCHES }, (_, i) => batchId(i)), batchId(0), batchId(7)];
    for (let first = 0; first < ids.length; first += 10)
      await client.send(
        new SendMessageBatchCommand({
          QueueUrl: from,
          Entries: ids.slice(first, first + 10).map((MessageBody, i) => ({ Id: String(i), MessageBody })),
        }),
      );
    return { from, to, messages: ids.length };
  };

  /** Everything that the queue delivers, rolled up as it comes. */
  const rollUpAll = async (url: string) => {
    const home = world();
    for (;;) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, VisibilityTimeout: 30 }),
      );
      if (Messages.length === 0) break;
      for (const { Body } of Messages) await home.redeliver(contentOf(), Body!);
      await client.send(
        new DeleteMessageBatchCommand({
          QueueUrl: url,
          Entries: Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle })),
        }),
      );
    }
    const answer = await home.ask(`metric=inference.requests&stat=count&step=all${range(T0, T0 + 3_600_000)}`);
    return sumOf(valuesOf(answer));
  };

  /** The client of a process that is killed at its `at`-th call: before AWS hears of it, or after. */
  const killed = (at: number, isAfter: boolean) => {
    let calls = 0;
    const send = async (command: Parameters<SQSClient['send']>[0]) => {
      const isLast = ++calls === at;
      const answer = isLast && !isAfter ? undefined : await client.send(command);
      if (isLast) throw awsError('Killed');
      return answer;
    };
    return { send } as unknown as SQSClient;
  };

  it('sends every batch, and counts none twice though some came twice', async () => {
    const { from, to, messages } = await queues('whole');

    const moved = await moveByHand({ client, from, to, atMost: messages, waitS: 0 });

    expect(moved).toBe(messages);
    expect(await queueDepth({ client, url: from })).toMatchObject({ waiting: 0, inFlight: 0 });
    expect(await rollUpAll(to)).toBe(BATCHES * CALLS_EACH);
  });

  it('stops at as many as there were at first, so that what fails again does not go round for ever', async () => {
    const { from, to } = await queues('bounded');

    expect(await moveByHand({ client, from, to, atMost: 12, waitS: 0 })).toBe(12);
    expect((await queueDepth({ client, url: from })).waiting).toBe(BATCHES + 2 - 12);
  });

  it('killed at any call, and started again, loses nothing and counts nothing twice', async () => {
    const kills = [1, 2, 3, 4, 5, 6, 8, 9].flatMap((at) => [true, false].map((isAfter) => ({ at, isAfter })));

    const counts = await Promise.all(
      kills.map(async ({ at, isAfter }) => {
        const { from, to, messages } = await queues(`kill-${at}-${isAfter}`);
        const move = { from, to, atMost: messages, hiddenS: 1, waitS: 0 };
        await expect(moveByHand({ ...move, client: killed(at, isAfter) })).rejects.toThrow('Killed');
        await sleep(1_500); // what it held is seen again
        await moveByHand({ ...move, client });
        return rollUpAll(to);
      }),
    );

    expect(counts).toEqual(kills.map(() => BATCHES * CALLS_EACH));
  }, 120_000);

  describe('functions that are invoked again', () => {
    const OBSERVED = JSON.stringify({ id: 'e1', source: 'aws.sagemaker', 'detail-type': 'Training Job State Change' });
    const LOGGED = JSON.stringify({ awslogs: { data: 'H4sI' } });
    const RUN = JSON.stringify({ id: 's1', source: 'aws.scheduler', 'detail-type': 'Scheduled Event', detail: '{}' });
    const functions = { observe: 'fn-observe', 'bedrock-logs': 'fn-logs' };

    const parked = async (name: string, ...bodies: string[]) => {
      const url = (await client.send(new CreateQueueCommand({ QueueName: name }))).QueueUrl!;
      for (const MessageBody of bodies) await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
      return url;
    };
    /** A Lambda that remembers what it was invoked with, and fails where it is told to. */
    const lambdaOf = (answer: (name: string) => object = () => ({})) => {
      const invoked: [string, string][] = [];
      const aws = answering({
        Invoke: ({ FunctionName, Payload }) => {
          invoked.push([FunctionName, Buffer.from(Payload).toString()]);
          return answer(FunctionName);
        },
      });
      return { invoked, lambda: aws.client as unknown as LambdaClient };
    };
    const again = (from: string, lambda: LambdaClient, atMost = 10) =>
      invokeAgain({ sqs: client, lambda, from, functions, atMost, waitS: 0, hiddenS: 60 });

    it('are those that the events came from; runs of scheduled work are dropped', async () => {
      const from = await parked('mixed', OBSERVED, LOGGED, RUN);
      await client.send(
        new SendMessageCommand({
          QueueUrl: from,
          MessageBody: '{}',
          MessageAttributes: { SCHEDULE_ARN: { DataType: 'String', StringValue: 'arn:aws:scheduler:::schedule/g/s' } },
        }),
      );
      const { invoked, lambda } = lambdaOf();

      expect(await again(from, lambda)).toEqual({ invoked: 2, dropped: 2, left: [] });
      expect(invoked.sort()).toEqual([
        ['fn-logs', LOGGED],
        ['fn-observe', OBSERVED],
      ]);
      expect(await queueDepth({ client, url: from })).toMatchObject({ waiting: 0, inFlight: 0 });
    });

    it('leave what fails again, what is of no function here and what nobody knows, and say why', async () => {
      const from = await parked('failing', OBSERVED, 'no JSON');
      const { lambda } = lambdaOf(() => ({
        FunctionError: 'Unhandled',
        Payload: Buffer.from('{"errorMessage":"no"}'),
      }));

      const { invoked, dropped, left } = await again(from, lambda);

      expect([invoked, dropped]).toEqual([0, 0]);
      expect(left.map((why) => why.replace(/^[^:]*: /, '')).sort()).toEqual([
        'it is nothing that a function of ours was told',
        'observe failed: {"errorMessage":"no"}',
      ]);
      expect(await queueDepth({ client, url: from })).toMatchObject({ inFlight: 2 });
    });
  });

  describe('modelmeter redrive', () => {
    const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
    const FUNCTION = {
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trust] } },
      },
      Function: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: 'bedrock-logs',
          Runtime: 'nodejs22.x',
          Handler: 'index.handler',
          Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
          Code: { ZipFile: 'exports.handler = async () => ({})' },
        },
      },
    };
    const stack = async (name: string, outputs: Record<string, string>) => {
      const template = {
        Resources: outputs.BedrockLogsFunction ? FUNCTION : { Topic: { Type: 'AWS::SNS::Topic' } },
        Outputs: Object.fromEntries(Object.entries(outputs).map(([key, Value]) => [key, { Value }])),
      };
      await new CloudFormationClient(awsConfig(moto.endpoint)).send(
        new CreateStackCommand({ StackName: name, TemplateBody: JSON.stringify(template) }),
      );
    };
    const redrive = (...args: string[]) =>
      run(['redrive', '--region', 'us-east-1', ...args], {
        env: { AWS_ENDPOINT_URL: moto.endpoint, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
      });

    it('finds the queues by the outputs of the stack, says how many wait, and sends them', async () => {
      const { from, to } = await queues('command');
      const events = await client.send(new CreateQueueCommand({ QueueName: 'command-events' }));
      const MessageBody = JSON.stringify({ awslogs: { data: 'H4sI' } });
      await client.send(new SendMessageCommand({ QueueUrl: events.QueueUrl, MessageBody }));
      await stack('Command', {
        BatchQueueUrl: to,
        BatchDeadLetterQueueUrl: from,
        ScheduleDeadLetterQueueUrl: events.QueueUrl!,
        BedrockLogsFunction: 'bedrock-logs',
      });

      const dry = await redrive('--stack', 'Command', '--dry-run');
      const after = await queueDepth({ client, url: from });
      const done = await redrive('--stack', 'Command', '--plain');
      const again = await redrive('--stack', 'Command', '--plain');

      expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining('25 dead letters wait') });
      expect(dry.stdout).toContain('1 observed events and runs of scheduled work are parked');
      expect(after.waiting).toBe(25);
      expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('sent 25 again; 0 are left') });
      expect(done.stdout).toContain('invoked 1 again; dropped 0 runs');
      expect(again).toMatchObject({ code: 0, stdout: expect.stringMatching(/^0 dead letters wait; 25 batches/) });
      expect(await rollUpAll(to)).toBe(BATCHES * CALLS_EACH);
    }, 60_000);

    it('announces what was kept and never rolled up, and nothing of a time that is forgotten', async () => {
      const aws = awsConfig(moto.endpoint);
      const [s3, dynamo] = [new S3Client(aws), DynamoDBDocumentClient.from(new DynamoDBClient(aws))];
      const { rollups } = await createTables(dynamo, '-unannounced');
      await s3.send(new CreateBucketCommand({ Bucket: 'kept' }));
      for (const id of ['0a', '7b', 'fc'])
        await s3.send(new PutObjectCommand({ Bucket: 'kept', Key: `batches/${id}`, Body: '' }));
      await dynamo.send(new PutCommand({ TableName: rollups, Item: { pk: 'applied#7b', sk: '-', atMs: Date.now() } }));
      const { to } = await queues('unannounced');
      await stack('KeptData', { DataBucket: 'kept', RollupsTable: rollups });
      await stack('KeptApp', { BatchQueueUrl: to });
      const command = ['--unannounced', '--stack', 'KeptApp', '--data-stack', 'KeptData'];

      const dry = await redrive(...command, '--dry-run', '--to', 'now+1h');
      const before = await queueDepth({ client, url: to });
      const done = await redrive(...command, '--from', 'now-2d', '--to', 'now+1h');
      const forgotten = await redrive(...command, '--from', 'now-50d');

      expect(dry).toMatchObject({ code: 0, stdout: '2 batches of that time are not rolled up\n' });
      expect(before.waiting).toBe(0);
      expect(done.stdout).toBe('2 batches of that time are not rolled up; all were announced\n');
      expect((await queueDepth({ client, url: to })).waiting).toBe(2);
      expect(forgotten).toMatchObject({ code: 2, stderr: expect.stringContaining('more than 49 days ago') });
    }, 180_000);

    it('says what to do where the stack is not there, or is another', async () => {
      await stack('Other', { Something: 'else' });

      const absent = await redrive('--stack', 'Nowhere');
      const other = await redrive('--stack', 'Other');

      expect(absent).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no stack Nowhere') });
      expect(other).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('has no output BatchDeadLetterQueueUrl'),
      });
    }, 60_000);
  });
});
