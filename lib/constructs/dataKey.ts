import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/** Services that publish to a topic under this key: alarms, budgets, cost anomalies. They name their account to KMS. */
const MESSENGERS = ['cloudwatch', 'budgets', 'costalerts'];
/**
 * EventBridge publishes, too, and names no account to KMS: with a condition its messages would be lost silently. Who may
 * have it publish is the topic's policy.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
 */
const NAMELESS_MESSENGERS = ['events'];

/** The one key that data, messages and logs are encrypted under. Rotated yearly; survives its stack. */
export class DataKey extends Construct {
  readonly key: Key;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      description: 'Modelmeter: telemetry, messages and logs',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const { partition, region, account } = Stack.of(this);
    const publishing = {
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'],
    };
    this.key.addToResourcePolicy(
      new PolicyStatement({
        ...publishing,
        sid: 'Messengers',
        principals: principals(MESSENGERS),
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    );
    this.key.addToResourcePolicy(
      new PolicyStatement({ ...publishing, sid: 'NamelessMessengers', principals: principals(NAMELESS_MESSENGERS) }),
    );
    this.key.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Logs',
        principals: [new ServicePrincipal(`logs.${region}.amazonaws.com`)],
        actions: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
        resources: ['*'],
        conditions: {
          ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:*` },
        },
      }),
    );
  }
}

const principals = (services: readonly string[]) =>
  services.map((service) => new ServicePrincipal(`${service}.amazonaws.com`));
