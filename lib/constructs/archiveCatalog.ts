import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { type GlueTable, glueTables, PARQUET_FORMAT } from '../archive/glueTables.ts';
import { SAVED_QUERIES } from '../archive/savedQueries.ts';
import { PREFIXES } from '../prefixes.ts';

/** One query may read this much, 5 cents' worth at $5 a terabyte; whoever means to read more asks for less at a time. */
const MAX_SCANNED_BYTES = 10 * 1024 ** 3;

export interface ArchiveCatalogProps {
  readonly bucket: IBucket;
  /** Results of queries are encrypted under it. */
  readonly key: IKey;
}

/** The archive as tables that SQL can be asked of: a Glue database, and an Athena workgroup with bounds and saved queries. */
export class ArchiveCatalog extends Construct {
  constructor(scope: Construct, id: string, { bucket, key }: ArchiveCatalogProps) {
    super(scope, id);
    const database = new CfnDatabase(this, 'Database', {
      catalogId: Stack.of(this).account,
      // People type it: FROM modelmeter.inference
      databaseInput: { name: 'modelmeter', description: 'Modelmeter: archived events, spans and logs' },
    });
    for (const table of glueTables({ bucketName: bucket.bucketName })) this.addTable(database, table);
    const workGroup = new CfnWorkGroup(this, 'WorkGroup', {
      name: Stack.of(this).stackName,
      description: 'Modelmeter: questions to the archive',
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        bytesScannedCutoffPerQuery: MAX_SCANNED_BYTES,
        publishCloudWatchMetricsEnabled: false,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: `s3://${bucket.bucketName}/${PREFIXES.athena}`,
          encryptionConfiguration: { encryptionOption: 'SSE_KMS', kmsKey: key.keyArn },
        },
      },
    });
    for (const { name, description, sql } of SAVED_QUERIES)
      new CfnNamedQuery(this, name, {
        name,
        description,
        queryString: sql.trim(),
        database: database.ref,
        workGroup: workGroup.ref,
      });
    // What lies in the bucket stays; these only describe it, and are made anew.
    workGroup.applyRemovalPolicy(RemovalPolicy.DESTROY);
  }

  private addTable(database: CfnDatabase, table: GlueTable): void {
    const { inputFormat, outputFormat, serializationLibrary } = PARQUET_FORMAT;
    new CfnTable(this, `${table.name}-table`, {
      catalogId: Stack.of(this).account,
      databaseName: database.ref,
      tableInput: {
        name: table.name,
        description: table.description,
        tableType: 'EXTERNAL_TABLE',
        parameters: table.parameters,
        partitionKeys: [...table.partitionKeys],
        storageDescriptor: {
          columns: [...table.columns],
          location: table.location,
          inputFormat,
          outputFormat,
          serdeInfo: { serializationLibrary },
        },
      },
    });
  }
}
