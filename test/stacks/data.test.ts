import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ARCHIVE_KINDS } from '../../core/telemetry/archiveColumns.ts';
import { lifecycleRules } from '../../lib/constructs/dataLifecycle.ts';
import { synthesised } from './synthesised.ts';

describe('stack of data', () => {
  const template = synthesised().template('ModelmeterData');

  it('restores both tables to any second, and lets nobody delete them', () => {
    const tables = template.findResources('AWS::DynamoDB::Table');

    expect(Object.keys(tables)).toHaveLength(2);
    template.allResources('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        DeletionProtectionEnabled: true,
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: Match.anyValue() },
      },
    });
  });

  it('keeps buckets and key when it is deleted', () => {
    for (const type of ['AWS::S3::Bucket', 'AWS::KMS::Key'])
      template.allResources(type, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  it('rotates its key, and lets those use it that publish to topics, and no other service', () => {
    template.hasResourceProperties('AWS::KMS::Key', {
      EnableKeyRotation: true,
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Sid: 'Messengers',
            Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
            Principal: { Service: ['budgets', 'cloudwatch', 'costalerts'].map((name) => `${name}.amazonaws.com`) },
            Condition: { StringEquals: { 'aws:SourceAccount': Match.anyValue() } },
          }),
          Match.objectLike({
            Sid: 'NamelessMessengers',
            Principal: { Service: 'events.amazonaws.com' },
            Condition: Match.absent(),
          }),
          Match.objectLike({ Sid: 'Logs', Condition: { ArnLike: Match.anyValue() } }),
        ]),
      },
    });
    expect(JSON.stringify(template.findResources('AWS::KMS::Key'))).not.toMatch(/"(sns|scheduler)\./);
  });

  it('closes buckets to the public, and takes nothing without TLS', () => {
    template.allResourcesProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    for (const type of ['AWS::S3::BucketPolicy', 'AWS::SQS::QueuePolicy'])
      template.allResourcesProperties(type, {
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          ]),
        },
      });
  });

  it('encrypts the data under its key, and tells the queue of each batch', () => {
    template.hasResource('AWS::S3::Bucket', {
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('^BatchesQueuePolicy')]),
      Properties: {
        VersioningConfiguration: { Status: 'Enabled' },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [
            { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } },
          ],
        },
        NotificationConfiguration: {
          QueueConfigurations: [
            {
              Event: 's3:ObjectCreated:*',
              Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'batches/' }] } },
            },
          ],
        },
      },
    });
  });

  it('keeps for two weeks who accessed the bucket', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 14, Status: 'Enabled' })] },
    });
  });

  it('parks what failed five times for two weeks, and gives a run six times its time', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      SqsManagedSseEnabled: true,
      VisibilityTimeout: 720,
      MessageRetentionPeriod: 14 * 24 * 3600,
      RedrivePolicy: { maxReceiveCount: 5, deadLetterTargetArn: Match.anyValue() },
    });
    template.allResourcesProperties('AWS::SQS::Queue', {
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: 14 * 24 * 3600,
    });
  });

  it('bounds what a question to the archive reads, and encrypts its answer below athena/', () => {
    template.hasResourceProperties('AWS::Athena::WorkGroup', {
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        BytesScannedCutoffPerQuery: 10_737_418_240,
        ResultConfiguration: {
          OutputLocation: { 'Fn::Join': ['', ['s3://', Match.anyValue(), '/athena/']] },
          EncryptionConfiguration: { EncryptionOption: 'SSE_KMS', KmsKey: Match.anyValue() },
        },
      },
    });
    template.resourceCountIs('AWS::Athena::NamedQuery', 6);
  });

  it('has a table for each kind of record, whose days need no crawler', () => {
    template.resourceCountIs('AWS::Glue::Table', ARCHIVE_KINDS.length);
    template.allResourcesProperties('AWS::Glue::Table', {
      TableInput: { Parameters: { 'projection.enabled': 'true' }, TableType: 'EXTERNAL_TABLE' },
    });
  });

  it('names what commands look for', () => {
    expect(Object.keys(template.findOutputs('*'))).toEqual(
      expect.arrayContaining(['DataBucket', 'RollupsTable', 'StateTable', 'KeyArn']),
    );
  });

  it('has a salt for pseudonyms only where they are asked for', () => {
    template.resourceCountIs('AWS::SecretsManager::Secret', 0);
    synthesised('hashClients: true')
      .template('ModelmeterData')
      .hasResource('AWS::SecretsManager::Secret', { DeletionPolicy: 'Retain' });
  });

  it('has Timestream only where it is asked for, with room for late data, and for as long as days are kept', () => {
    template.resourceCountIs('AWS::Timestream::Table', 0);
    synthesised('aws: { timeSeriesStore: timestream }\nretention: { dayDays: 500 }')
      .template('ModelmeterData')
      .hasResource('AWS::Timestream::Table', {
        DeletionPolicy: 'Retain',
        Properties: {
          MagneticStoreWriteProperties: { EnableMagneticStoreWrites: true },
          RetentionProperties: { MagneticStoreRetentionPeriodInDays: '507', MemoryStoreRetentionPeriodInHours: '12' },
        },
      });
  });
});

describe('lifecycle of the data', () => {
  const rule = (archiveDays: number, id: string) => lifecycleRules(archiveDays).find((each) => each.id === id);

  it('keeps batches longer than dead letters, and the archive a week longer than it keeps itself', () => {
    expect(rule(90, 'batches')?.expiration?.toDays()).toBeGreaterThan(49); // as long as applied batches are remembered
    expect(rule(90, 'archive')?.expiration?.toDays()).toBe(97);
  });

  it('never ends a block by age: only what was deleted goes', () => {
    expect(rule(90, 'replaced-blocks')).not.toHaveProperty('expiration');
  });

  it.each([
    [30, []],
    [59, []],
    [60, [30]],
    [179, [30]],
    [180, [30, 90]],
    [3650, [30, 90]],
  ])('moves an archive of %i days to cheaper classes after %j days', (archiveDays, expected) => {
    const tiers = rule(archiveDays, 'archive-tiers');

    expect((tiers?.transitions ?? []).map(({ transitionAfter }) => transitionAfter?.toDays())).toEqual(expected);
    if (tiers) expect(tiers.objectSizeGreaterThan).toBe(131_071);
  });
});
