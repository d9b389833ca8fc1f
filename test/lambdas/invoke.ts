import type { Context } from 'aws-lambda';

/** Invokes a function's handler as Lambda does. */
export const invoke = <Answer>(
  handler: unknown,
  event: unknown,
  { remainingMs = 60_000 }: { remainingMs?: number } = {},
): Promise<Answer> => {
  const context = {
    awsRequestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
    functionName: 'a-function',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-2:123456789012:function:a-function',
    memoryLimitInMB: '512',
    getRemainingTimeInMillis: () => remainingMs,
  } as Context;
  return (handler as (event: unknown, context: Context) => Promise<Answer>)(event, context);
};

/** Messages as SQS hands them over: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export const sqsEvent = (...bodies: string[]) => ({
  Records: bodies.map((body, i) => ({
    messageId: `message-${i}`,
    receiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...',
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '1545082649183',
      SenderId: 'AIDAIENQZJOLO23YVJ4VO',
      ApproximateFirstReceiveTimestamp: '1545082649185',
    },
    messageAttributes: {},
    md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-2:123456789012:my-queue',
    awsRegion: 'us-east-2',
  })),
});
