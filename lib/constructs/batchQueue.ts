import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct, type IDependable } from 'constructs';
import { deadLetterQueue } from './deadLetterQueue.ts';

/**
 * Tries before a message is parked. What fails is given back by name (`batchItemFailures`) or by running out of time, and is seen
 * again when its time of being invisible is over, not at once. That is left so: five tries over an hour outlive an outage that
 * five tries within seconds, by ChangeMessageVisibility, would turn into parked batches; what passes sooner the SDK retries.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
const MAX_RECEIVE_COUNT = 5;

export interface BatchQueueProps {
  /** How long the function that takes messages may run; six times as long a message stays invisible, as Lambda asks for. */
  readonly workTimeout: Duration;
}

/** Names of accepted batches, on their way from the bucket to the rollups. What fails five times is parked for 14 days. */
export class BatchQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  /** S3 tries the queue when the bucket is told of it: the bucket has to wait for this. */
  readonly mayBeNotified: IDependable;

  constructor(scope: Construct, id: string, { workTimeout }: BatchQueueProps) {
    super(scope, id);
    this.deadLetters = deadLetterQueue(this, 'DeadLetters');
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      visibilityTimeout: Duration.seconds(6 * workTimeout.toSeconds()),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MAX_RECEIVE_COUNT },
    });
    this.queue.addToResourcePolicy(
      new PolicyStatement({
        sid: 'BucketsOfThisAccount',
        principals: [new ServicePrincipal('s3.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [this.queue.queueArn],
        // By account: the bucket names this queue, so that naming the bucket here would go round in a circle.
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    this.mayBeNotified = this.queue.node.findChild('Policy');
  }
}
