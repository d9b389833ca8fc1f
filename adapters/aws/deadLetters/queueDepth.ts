import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

export interface QueueDepth {
  arn: string;
  /** Messages that can be received now. Like the other, as SQS counts them: right within about a minute. */
  waiting: number;
  /** Messages that somebody has received and not deleted yet. */
  inFlight: number;
}

export const queueDepth = async ({ client, url }: { client: SQSClient; url: string }): Promise<QueueDepth> => {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({
      QueueUrl: url,
      AttributeNames: ['QueueArn', 'ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return {
    arn: Attributes?.QueueArn ?? '',
    waiting: Number(Attributes?.ApproximateNumberOfMessages ?? 0),
    inFlight: Number(Attributes?.ApproximateNumberOfMessagesNotVisible ?? 0),
  };
};
