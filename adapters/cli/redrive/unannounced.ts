import { timeParam } from '../../../core/query/time.ts';
import { REMEMBERED_MS, resendBatches } from '../../../core/usecases/resendBatches.ts';
import { type AwsSession, clientOptions } from '../awsSession.ts';
import { badInput } from '../failure.ts';

interface Deployment {
  session: AwsSession;
  bucket: string;
  table: string;
  queue: string;
}

/** Announces batches that were kept in a span and never rolled up, whether or not anybody was ever told of them, and says how many. */
export const redriveUnannounced = async (
  { dryRun, fromMs, toMs }: { dryRun?: true; fromMs: number; toMs: number },
  { session, bucket, table, queue }: Deployment,
): Promise<void> => {
  const [
    { S3Client },
    { SQSClient },
    { DynamoDBClient },
    { DynamoDBDocumentClient },
    { s3BatchLog },
    { appliedIn },
    { announceBatches },
  ] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('@aws-sdk/client-sqs'),
    import('@aws-sdk/client-dynamodb'),
    import('@aws-sdk/lib-dynamodb'),
    import('../../aws/s3BatchLog.ts'),
    import('../../aws/rollups/apply.ts'),
    import('../../aws/announceBatches.ts'),
  ]);
  const options = clientOptions(session);
  const resend = resendBatches({
    log: s3BatchLog({ client: new S3Client(options), bucket }),
    rollups: { applied: appliedIn({ client: DynamoDBDocumentClient.from(new DynamoDBClient(options)), table }) },
    announce: dryRun ? async () => {} : announceBatches({ client: new SQSClient(options), url: queue }),
  });
  const missed = await resend({ prefixes: [''], fromMs, toMs });
  console.log(`${missed} batches of that time are not rolled up${dryRun ? '' : '; all were announced'}`);
};

/** The span that the options say. */
export const spanOf = (
  { from, to }: { from?: string; to: string },
  nowMs: number,
): { fromMs: number; toMs: number } => {
  const times = [from ?? String(nowMs - REMEMBERED_MS), to].map((text) => timeParam(text, nowMs));
  const wrong = times.find((time) => typeof time === 'string');
  if (wrong) throw badInput(wrong);
  const [fromMs, toMs] = times as [number, number];
  if (fromMs < nowMs - REMEMBERED_MS)
    throw badInput(
      '--from is more than 49 days ago: which of those batches were rolled up is forgotten, and they might count twice',
    );
  if (fromMs >= toMs) throw badInput('--from must be before --to');
  return { fromMs, toMs };
};
