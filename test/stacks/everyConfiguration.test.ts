import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { App, IPolicyValidationContext } from 'aws-cdk-lib';
import { AwsSolutionsChecks, NIST80053R5Checks } from 'cdk-nag';
import { afterAll, describe, expect, it } from 'vitest';
import { ACKNOWLEDGED, nagPacks } from '../../lib/nag.ts';
import { BARE_WILDCARDS } from '../../lib/wildcards.ts';
import { statementsOf } from './statements.ts';
import { configurations, synthesised } from './synthesised.ts';

const all = configurations().map(({ name, yaml }) => ({ name, ...synthesised(yaml) }));
const templates = all.flatMap(({ name, templates }) =>
  [...templates].map(([stack, template]) => ({ name: `${stack} (${name})`, template })),
);

describe('every configuration', () => {
  it('allows actions on any resource only where a reason is listed', () => {
    const listed = new Set(BARE_WILDCARDS.flatMap(({ actions }) => actions));
    const used = new Set(
      templates.flatMap(({ template }) =>
        statementsOf(template)
          .filter(({ resources }) => resources.includes('*'))
          .flatMap(({ actions }) => actions),
      ),
    );

    expect([...used].filter((action) => !listed.has(action))).toEqual([]);
    expect(
      [...listed].filter((action) => !used.has(action)),
      'listed, but nothing needs it',
    ).toEqual([]);
  });

  it('never allows every action of a service', () => {
    const wide = templates.flatMap(({ template }) =>
      statementsOf(template).flatMap(({ actions }) => actions.filter((action) => /^\*|:\*$/.test(action))),
    );

    expect(wide).toEqual([]);
  });

  it('encrypts every queue, topic, table, bucket and log, and lets no log live for ever', () => {
    const ENCRYPTED = {
      'AWS::SQS::Queue': 'SqsManagedSseEnabled',
      'AWS::SNS::Topic': 'KmsMasterKeyId',
      'AWS::DynamoDB::Table': 'SSESpecification',
      'AWS::S3::Bucket': 'BucketEncryption',
      'AWS::Logs::LogGroup': 'KmsKeyId',
      'AWS::KinesisFirehose::DeliveryStream': 'DeliveryStreamEncryptionConfigurationInput',
    };
    const missing = templates.flatMap(({ name, template }) =>
      Object.entries({ ...ENCRYPTED, 'AWS::Logs::LogGroup ': 'RetentionInDays' }).flatMap(([type, property]) =>
        Object.entries(template.findResources(type.trim()))
          .filter(([, { Properties }]) => Properties?.[property] === undefined)
          .map(([id]) => `${name}: ${id} has no ${property}`),
      ),
    );

    expect(missing).toEqual([]);
  });

  it('parks what functions fail at when nobody waits for them', () => {
    const without = templates.flatMap(({ name, template }) => {
      const targets = JSON.stringify([
        template.findResources('AWS::Scheduler::Schedule'),
        template.findResources('AWS::Events::Rule'),
        template.findResources('AWS::Logs::SubscriptionFilter'),
      ]);
      return Object.entries(template.findResources('AWS::Lambda::Function'))
        .filter(([id]) => targets.includes(`"${id}"`))
        .filter(([, { Properties }]) => Properties.DeadLetterConfig === undefined)
        .map(([id]) => `${name}: ${id}`);
    });

    expect(without).toEqual([]);
  });

  it('has, by default, no more of what is billed idle than one key, fifteen alarms and the three free dashboards', () => {
    const { templates: byDefault } = all[0]!;
    const count = (type: string) =>
      [...byDefault.values()].reduce((sum, template) => sum + Object.keys(template.findResources(type)).length, 0);

    expect(count('AWS::KMS::Key')).toBe(1);
    expect(count('AWS::CloudWatch::Alarm')).toBeLessThanOrEqual(15);
    expect(count('AWS::CloudWatch::Dashboard')).toBe(3);
    expect(count('AWS::SecretsManager::Secret')).toBe(0);
  });

  it('follows AwsSolutions and NIST 800-53 r5, but for what is acknowledged with a reason', () => {
    const found = all.flatMap(({ app, name }) =>
      nagPacks(app).flatMap((pack) =>
        pack
          .validate(contextOf(app))
          .violations.map(
            ({ ruleName, violatingResources }) =>
              `${ruleName}: ${violatingResources.map(({ constructPath }) => constructPath).join(' ')} (${name})`,
          ),
      ),
    );

    expect(found).toEqual([]);
  });

  it('acknowledges nothing that is not found', () => {
    const findings = all.flatMap(({ app }) =>
      [new AwsSolutionsChecks(app), new NIST80053R5Checks(app)].flatMap((pack) =>
        pack
          .validateScope(app)
          .violations.flatMap(({ ruleName, violatingResources }) =>
            violatingResources.map(({ constructPath = '' }) => ({ ruleName, constructPath })),
          ),
      ),
    );
    const stale = ACKNOWLEDGED.filter(
      ({ rule, at }) => !findings.some((found) => rule.test(found.ruleName) && at.test(found.constructPath)),
    );

    expect(stale).toEqual([]);
  });
});

/** The packs look at the constructs alone. */
const contextOf = (app: App) => ({ appConstruct: app }) as unknown as IPolicyValidationContext;

const hasCfnLint = spawnSync('cfn-lint', ['--version']).status === 0;
if (!hasCfnLint) afterAll(() => console.warn('SKIPPED: cfn-lint is not installed, so no template was linted'));

describe.skipIf(!hasCfnLint)('cfn-lint', () => {
  it('finds no error in any template', { timeout: 300_000 }, () => {
    const different = new Map(all.flatMap(({ files }) => files).map((file) => [readFileSync(file, 'utf8'), file]));

    // Errors only: warnings are of how CDK writes, such as a dependency said twice.
    const { stdout } = spawnSync('cfn-lint', ['--ignore-checks', 'W', 'I', '--', ...different.values()], {
      encoding: 'utf8',
    });

    expect(stdout).toBe('');
  });
});
