import type { FunctionName } from './functions.ts';
import { allow, type Grant, onItems, onObjects, seeWhatIsGone, throughService } from './grants.ts';
import { PREFIXES } from './prefixes.ts';
import type { DataStack } from './stacks/data.ts';

/** Actions that IAM knows no resource for; each is listed with its reason in lib/wildcards.ts. */
const ANYWHERE = ['*'];

/** What each function may do with the data, and no more. The heartbeat touches none: it calls the API. */
export const permissions = (data: DataStack) => {
  const { bucket, key } = data;
  const onBatches = (...actions: string[]) => onObjects({ bucket, key }, PREFIXES.batches, actions);
  const onSegments = (...actions: string[]) => onObjects({ bucket, key }, PREFIXES.segments, actions);
  const onDocuments = (...actions: string[]) => onObjects({ bucket, key }, PREFIXES.documents, actions);
  const onArchive = (...actions: string[]) => onObjects({ bucket, key }, PREFIXES.archive, actions);
  const onRollups = (may: 'read' | 'write', keys?: readonly string[]) =>
    onItems({ table: data.rollupsTable, key }, may, keys);
  const onState = (may: 'read' | 'write', keys?: readonly string[]) =>
    onItems({ table: data.stateTable, key }, may, keys);
  const onQueue = (...actions: string[]) => allow({ actions, resources: [data.batchQueue.queue.queueArn] });

  const keepBatches = onBatches('s3:PutObject', 's3:GetObject');
  const readBlocks = [
    onRollups('read'),
    onSegments('s3:GetObject'),
    seeWhatIsGone(bucket),
    ...onTimestream(data, 'read'),
  ];
  const rewriteBlocks = [
    onRollups('write'),
    onSegments('s3:GetObject', 's3:PutObject', 's3:DeleteObject'),
    seeWhatIsGone(bucket),
    ...onTimestream(data, 'write'),
  ];
  return {
    ingest: [keepBatches, ...mayReadSalt(data)],
    api: [
      ...readBlocks,
      onState('write', ['deployment']),
      onState('read', ['notice#*']),
      onDocuments('s3:GetObject'),
      onObjects({ bucket, key }, `${PREFIXES.documents}budgets/`, ['s3:PutObject', 's3:DeleteObject']),
      onQueue('sqs:GetQueueAttributes'),
      onArchive('s3:GetObject'),
      onBatches('s3:GetObject'),
    ],
    authorise: [onState('read', ['apikey#*'])],
    'roll-up': [...rewriteBlocks, onBatches('s3:GetObject'), onState('write', ['deployment'])],
    compact: rewriteBlocks,
    expire: rewriteBlocks,
    archive: [
      onBatches('s3:GetObject'),
      onArchive('s3:GetObject', 's3:PutObject', 's3:DeleteObject'),
      seeWhatIsGone(bucket),
      onRollups('write', ['archive', 'archive-job']),
      onRollups('read', ['applied#*', 'forgotten']),
      onQueue('sqs:SendMessage'),
    ],
    observe: [keepBatches, onState('read', ['deployment'])],
    'read-metrics': [
      keepBatches,
      allow({ actions: ['cloudwatch:ListMetrics', 'cloudwatch:GetMetricData'], resources: ANYWHERE }),
    ],
    'bedrock-logs': [keepBatches, ...mayReadSalt(data)],
    configure: [onState('write', ['deployment']), onDocuments('s3:GetObject', 's3:PutObject'), seeWhatIsGone(bucket)],
    evaluate: [
      ...readBlocks,
      onDocuments('s3:GetObject'),
      onState('read', ['deployment']),
      onState('write', ['notice#*']),
    ],
    'estimate-costs': [...readBlocks, onState('read', ['deployment']), onDocuments('s3:GetObject', 's3:PutObject')],
    inventory: [
      onDocuments('s3:GetObject'),
      onObjects({ bucket, key }, `${PREFIXES.documents}inventory/`, ['s3:PutObject']),
      seeWhatIsGone(bucket),
      allow({ actions: ['ec2:DescribeInstances', 'sagemaker:ListEndpoints'], resources: ANYWHERE }),
      allow({
        actions: ['sagemaker:DescribeEndpoint', 'sagemaker:ListTags'],
        resources: [data.formatArn({ service: 'sagemaker', resource: 'endpoint', resourceName: '*' })],
      }),
      allow({
        actions: ['sagemaker:DescribeEndpointConfig'],
        resources: [data.formatArn({ service: 'sagemaker', resource: 'endpoint-config', resourceName: '*' })],
      }),
    ],
    'reconcile-bill': [
      onDocuments('s3:GetObject'),
      ...['bills/', 'costExplorer/', 'ledger/billed/'].map((below) =>
        onObjects({ bucket, key }, `${PREFIXES.documents}${below}`, ['s3:PutObject', 's3:DeleteObject']),
      ),
      seeWhatIsGone(bucket),
      allow({ actions: ['ce:GetCostAndUsage'], resources: ANYWHERE }),
    ],
    'metric-stream': [keepBatches],
  } satisfies Partial<Record<FunctionName, readonly Grant[]>>;
};

const mayReadSalt = ({ hashSecret, key }: DataStack): Grant[] =>
  hashSecret
    ? [
        allow({ actions: ['secretsmanager:GetSecretValue'], resources: [hashSecret.secretArn] }),
        throughService(key, 'secretsmanager', 'read'),
      ]
    : [];

const onTimestream = ({ timestream, key }: DataStack, may: 'read' | 'write'): Grant[] =>
  timestream
    ? [
        allow({
          actions: ['timestream:Select', ...(may === 'write' ? ['timestream:WriteRecords'] : [])],
          resources: [timestream.attrArn],
        }),
        allow({ actions: ['timestream:DescribeEndpoints'], resources: ANYWHERE }),
        throughService(key, 'timestream', may),
      ]
    : [];
