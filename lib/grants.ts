import { type IResolvable, Stack } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';

/** Gives a function a permission; whoever makes the function says which it needs. */
export type Grant = (to: IGrantable) => void;

/** What a permission under a condition can be given on. */
interface Statement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Record<string, Record<string, string | IResolvable | readonly string[]>>;
}

/** A permission as IAM says it: for what no `grant*` method gives as narrowly. */
export const allow =
  ({ actions, resources, conditions }: Statement): Grant =>
  ({ grantPrincipal }) => {
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: [...actions],
        resources: [...resources],
        ...(conditions && { conditions }),
      }),
    );
  };

/** All of these permissions as one. */
export const all =
  (...grants: readonly Grant[]): Grant =>
  (to) => {
    for (const grant of grants) grant(to);
  };

const READ_KEY = ['kms:Decrypt', 'kms:DescribeKey'];
const WRITE_KEY = [...READ_KEY, 'kms:Encrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'];

/** The key, through one service only: nobody decrypts by hand. */
export const throughService = (key: IKey, service: string, may: 'read' | 'write'): Grant =>
  allow({
    actions: may === 'read' ? READ_KEY : WRITE_KEY,
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `${service}.${Stack.of(key).region}.amazonaws.com` } },
  });

/**
 * Objects below one prefix of a bucket under a key.
 *
 * @param prefix ends with a slash
 * @param actions such as `s3:GetObject`; any but Get needs the key for writing
 */
export const onObjects = (
  { bucket, key }: { bucket: IBucket; key: IKey },
  prefix: string,
  actions: readonly string[],
): Grant =>
  all(
    allow({ actions, resources: [bucket.arnForObjects(`${prefix}*`)] }),
    throughService(key, 's3', actions.some((action) => action.startsWith('s3:Put')) ? 'write' : 'read'),
  );

/** With it an object that is gone is answered as such: without, S3 says 403 of it, as of any other name. */
export const seeWhatIsGone = (bucket: IBucket): Grant =>
  allow({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] });

const READ_ITEMS = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'];
const WRITE_ITEMS = [
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
  'dynamodb:DeleteItem',
  'dynamodb:BatchWriteItem',
  'dynamodb:ConditionCheckItem',
];

/**
 * Items of a table under a key.
 *
 * @param keys values of `pk` that it is about, `*` for any rest; without, all of the table
 */
export const onItems = (
  { table, key }: { table: ITable; key: IKey },
  may: 'read' | 'write',
  keys?: readonly string[],
): Grant =>
  all(
    allow({
      actions: may === 'read' ? READ_ITEMS : [...READ_ITEMS, ...WRITE_ITEMS],
      resources: [table.tableArn],
      ...(keys && { conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } } }),
    }),
    throughService(key, 'dynamodb', may),
  );
