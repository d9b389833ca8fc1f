import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { CfnTable } from 'aws-cdk-lib/aws-timestream';
import type { Construct } from 'constructs';
import type { Config } from '../../core/config.ts';
import { ArchiveCatalog } from '../constructs/archiveCatalog.ts';
import { BatchQueue } from '../constructs/batchQueue.ts';
import { DataBucket } from '../constructs/dataBucket.ts';
import { DataKey } from '../constructs/dataKey.ts';
import { protectedTable } from '../constructs/protectedTable.ts';
import { TimestreamStore } from '../constructs/timestreamStore.ts';
import { FUNCTIONS } from '../functions.ts';

export interface DataStackProps extends StackProps {
  readonly config: Config;
}

/** Everything that must outlive a deployment: the key, the buckets, the tables, what waits to be rolled up, the archive's catalogue. */
export class DataStack extends Stack {
  readonly key: Key;
  readonly bucket: Bucket;
  readonly batchQueue: BatchQueue;
  /** Directory of blocks, applied batches, what waits for the archive. */
  readonly rollupsTable: Table;
  /** Registry and API keys. */
  readonly stateTable: Table;
  /** Where the bytes of blocks live; undefined = in the bucket. */
  readonly timestream: CfnTable | undefined;
  /** What pseudonyms of clients are made with; undefined = clients keep their names. */
  readonly hashSecret: Secret | undefined;

  constructor(scope: Construct, id: string, props: DataStackProps) {
    super(scope, id, { description: 'Modelmeter: data', terminationProtection: true, ...props });
    const { retention, hashClients, aws } = props.config;
    const { key } = new DataKey(this, 'Key');
    this.key = key;
    this.batchQueue = new BatchQueue(this, 'Batches', { workTimeout: Duration.seconds(FUNCTIONS['roll-up'].timeoutS) });
    this.bucket = new DataBucket(this, 'Data', {
      key,
      archiveDays: retention.archiveDays,
      batchQueue: this.batchQueue,
    }).bucket;
    new ArchiveCatalog(this, 'Archive', { bucket: this.bucket, key });
    this.rollupsTable = protectedTable(this, 'Rollups', { key });
    this.stateTable = protectedTable(this, 'State', { key });
    if (aws.timeSeriesStore === 'timestream')
      this.timestream = new TimestreamStore(this, 'Timestream', { key, days: retention.dayDays }).table;
    if (hashClients)
      this.hashSecret = new Secret(this, 'ClientSalt', {
        description: 'Modelmeter: what pseudonyms of clients are made with; a new one makes everyone a new client',
        encryptionKey: key,
        generateSecretString: { passwordLength: 64, excludePunctuation: true },
        removalPolicy: RemovalPolicy.RETAIN,
      });

    const outputs = {
      DataBucket: this.bucket.bucketName,
      RollupsTable: this.rollupsTable.tableName,
      StateTable: this.stateTable.tableName,
      KeyArn: key.keyArn,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
