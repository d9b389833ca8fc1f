import type { App, IPolicyValidationContext, IPolicyValidationPlugin, PolicyValidationPluginReport } from 'aws-cdk-lib';
import { AwsSolutionsChecks, type NagPack, NIST80053R5Checks } from 'cdk-nag';

/** A rule that we do not follow, where, and why not. */
export interface Acknowledged {
  /** Of the rule's id, such as `AwsSolutions-IAM5[Resource::*]`. */
  readonly rule: RegExp;
  /** Of the path of the construct. */
  readonly at: RegExp;
  readonly reason: string;
}

/** All of them. Findings that name a bucket or an API have ids of this deployment only, so they are told by a pattern. */
export const ACKNOWLEDGED: readonly Acknowledged[] = [
  {
    rule: /IAM5\[Resource::\*\]$/,
    at: /\/(DefaultPolicy|Guardrail|HostPolicy)\//,
    reason: 'actions that IAM knows no resource for; each with its reason in lib/wildcards.ts, which a test holds',
  },
  {
    rule: /IAM5\[Resource::.*\/(batches|segments|archive|documents|documents\/[\w/]+|undelivered)\/\*\]$/,
    at: /\/DefaultPolicy\//,
    reason: 'objects are named by what is in them: a prefix is as narrow as it can be',
  },
  {
    rule: /IAM5\[Resource::.*:sagemaker:.*:endpoint(-config)?\/\*\]$/,
    at: /\/Inventory\//,
    reason: 'the inventory is of all endpoints; it only reads',
  },
  {
    rule: /IAM5\[Action::kms:(GenerateDataKey|ReEncrypt)\*\]$/,
    at: /\/DefaultPolicy\//,
    reason: 'the two variants that DynamoDB and S3 choose between; one key, and through one service each',
  },
  {
    rule: /IAM5\[Resource::arn:.*:execute-api:.*\/\*\/(GET|POST)\/iam\/v1\/(query|metrics)\]$/,
    at: /\/Heartbeat\//,
    reason: 'any stage: there is one; the routes are two',
  },
  {
    rule: /IAM5\[Resource::arn:.*:logs:.*:log-group:\/modelmeter\/fleet\/prometheus:\*\]$/,
    at: /\/HostPolicy\//,
    reason: 'the streams of one log group: the agent names them after its host',
  },
  {
    rule: /IAM5\[Resource::arn:.*:log-group:\/modelmeter\/fleet\/prometheus:\*\]$/,
    at: /\/HostPolicy\//,
    reason: 'streams of one log group: the agent makes one for each host',
  },
  { rule: /APIG4$/, at: /GET-healthz/, reason: 'liveness is for load balancers and doctors; it tells no data' },
  {
    rule: /COG2$/,
    at: /\/Login\//,
    reason:
      'a second factor can be set up by each person; whoever must have it sets the pool so, or brings an OIDC issuer',
  },
  {
    rule: /COG8$/,
    at: /\/Login\//,
    reason: 'the Plus plan costs by the person; nobody can sign up, and passwords are long',
  },
  {
    rule: /SMG4$|SecretsManagerRotationEnabled$/,
    at: /\/ClientSalt\//,
    reason: 'a new salt would make every client a new one: pseudonyms would not match across the change',
  },
  {
    rule: /S3BucketReplicationEnabled$/,
    at: /\/Data\//,
    reason: 'twice the storage for telemetry; objects are versioned and a region’s S3 keeps them in three zones',
  },
  {
    rule: /S3(BucketVersioningEnabled|DefaultEncryptionKMS)$/,
    at: /\/AccessLogs\//,
    reason: 'S3 delivers access logs once, and only to buckets under its own key',
  },
  {
    rule: /DynamoDBInBackupPlan$/,
    at: /\/(Rollups|State)\//,
    reason:
      'every table restores to any second of 35 days, and cannot be deleted; a backup plan is the account’s choice',
  },
  {
    rule: /IAMNoInlinePolicy$/,
    at: /\/DefaultPolicy\//,
    reason: 'a role for each function, whose policy lives and dies with it: to share it is what is avoided',
  },
  {
    rule: /LambdaConcurrency$/,
    at: /./,
    reason:
      'new accounts have ten executions to reserve from; the queue, the schedules and the throttle of the API bound them',
  },
  {
    rule: /LambdaDLQ$/,
    at: /\/(Ingest|Api|Authorise|RollUp|Configure|MetricStream)\//,
    reason: 'someone waits for the answer: a client, the queue with its own dead letters, CloudFormation, Firehose',
  },
  {
    rule: /LambdaInsideVPC$/,
    at: /./,
    reason: 'everything that functions call is a public AWS endpoint by TLS and IAM; a VPC adds endpoints by the hour',
  },
];

/** The packs that our stacks are held to, without what is acknowledged. */
export const nagPacks = (app: App): IPolicyValidationPlugin[] =>
  [new AwsSolutionsChecks(app), new NIST80053R5Checks(app)].map(withoutAcknowledged);

const withoutAcknowledged = (pack: NagPack): IPolicyValidationPlugin => ({
  name: pack.name,
  validate: (context: IPolicyValidationContext): PolicyValidationPluginReport => {
    const violations = pack.validate(context).violations.flatMap((violation) => {
      const violatingResources = violation.violatingResources.filter(
        ({ constructPath = '' }) =>
          !ACKNOWLEDGED.some(({ rule, at }) => rule.test(violation.ruleName) && at.test(constructPath)),
      );
      return violatingResources.length === 0 ? [] : [{ ...violation, violatingResources }];
    });
    return { success: violations.length === 0, violations };
  },
});
