import { environment } from '../handlers/environment.ts';

const BUCKET = environment.DATA_BUCKET!;

/** A batch that the queue was told of. */
export interface Announced {
  key: string;
  bytes: number;
  /** Epoch milliseconds. */
  atMs: number;
}

/** As Lambda hands a message of SQS to a function, with S3's notification in it. */
export const queueMessage = ({ key, bytes, atMs }: Announced, i: number) => ({
  messageId: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
  receiptHandle: 'receipt',
  body: JSON.stringify({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'us-east-1',
        eventTime: new Date(atMs).toISOString(),
        eventName: 'ObjectCreated:Put',
        s3: {
          s3SchemaVersion: '1.0',
          bucket: { name: BUCKET, arn: `arn:aws:s3:::${BUCKET}` },
          object: { key, size: bytes, eTag: 'd41d8cd98f00b204e9800998ecf8427e', sequencer: '0055AED6DCD90281E5' },
        },
      },
    ],
  }),
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: String(atMs),
    SenderId: 'AIDAI',
    ApproximateFirstReceiveTimestamp: String(atMs),
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:batches',
  awsRegion: 'us-east-1',
});
