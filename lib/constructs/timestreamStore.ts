import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-timestream';
import { Construct } from 'constructs';

/** Blocks are read soon after they were written, and then rarely: memory is 1,000 times the price of magnetic storage. */
const MEMORY_HOURS = 12;
/** Compaction rewrites a block some time after its day. */
const MARGIN_DAYS = 7;

export interface TimestreamStoreProps {
  readonly key: IKey;
  /** Days that the longest-kept rollups are kept. */
  readonly days: number;
}

/** Where bytes of blocks live when the account has Timestream for LiveAnalytics. Late data is taken; survives its stack. */
export class TimestreamStore extends Construct {
  readonly table: CfnTable;

  constructor(scope: Construct, id: string, { key, days }: TimestreamStoreProps) {
    super(scope, id);
    const database = new CfnDatabase(this, 'Database', { kmsKeyId: key.keyArn });
    this.table = new CfnTable(this, 'Table', {
      databaseName: database.ref,
      retentionProperties: {
        MemoryStoreRetentionPeriodInHours: String(MEMORY_HOURS),
        MagneticStoreRetentionPeriodInDays: String(days + MARGIN_DAYS),
      },
      magneticStoreWriteProperties: { EnableMagneticStoreWrites: true },
    });
    Validations.of(this).acknowledge({
      id: 'CloudFormation-Validate::W3697',
      reason: 'closed to new customers: the configuration asks for it only where an account has it',
    });
    for (const kept of [database, this.table]) kept.applyRemovalPolicy(RemovalPolicy.RETAIN);
  }
}
