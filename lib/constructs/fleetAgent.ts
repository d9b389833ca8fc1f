import { createHash } from 'node:crypto';
import { Stack } from 'aws-cdk-lib';
import { CfnAssociation, CfnDocument, ParameterTier, StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { Config } from '../../core/config.ts';
import { agentConfig } from '../fleet/agentConfig.ts';
import { SCRAPE_FILE, SCRAPES, scrapesOf } from '../fleet/scrapes.ts';

/** Characters that a standard parameter holds; a larger one costs $0.05 a month. */
const STANDARD_CHARS = 4_096;
/** New hosts get it when they register; this brings back one that someone has changed. */
const EVERY = 'rate(12 hours)';

/** The CloudWatch agent on every instance with the tag: its configuration, and the association that installs and configures it. */
export class FleetAgent extends Construct {
  readonly parameter: StringParameter;

  constructor(scope: Construct, id: string, { fleet }: { readonly fleet: Config['aws']['gpuFleet'] }) {
    super(scope, id);
    const configuration = JSON.stringify(agentConfig(fleet));
    this.parameter = new StringParameter(this, 'Configuration', {
      description: 'Modelmeter: what the CloudWatch agent of GPU hosts measures',
      stringValue: configuration,
      tier: configuration.length > STANDARD_CHARS ? ParameterTier.ADVANCED : ParameterTier.STANDARD,
    });
    const document = new CfnDocument(this, 'Setup', {
      documentType: 'Command',
      documentFormat: 'JSON',
      targetType: '/AWS::EC2::Instance',
      updateMethod: 'NewVersion',
      content: setup(fleet),
    });
    new CfnAssociation(this, 'Association', {
      associationName: `${Stack.of(this).stackName}-agent`,
      name: document.ref,
      documentVersion: '$LATEST',
      targets: [{ key: `tag:${fleet.tag.key}`, values: [fleet.tag.value] }],
      // The version changes with the configuration, and with it the association, which then runs at once.
      parameters: { Configuration: [this.parameter.parameterName], Version: [versionOf(fleet)] },
      scheduleExpression: EVERY,
      complianceSeverity: 'MEDIUM',
      maxConcurrency: '25%',
      maxErrors: '100%', // one broken host must not keep the others from being watched
    });
  }
}

const versionOf = (fleet: Config['aws']['gpuFleet']): string =>
  createHash('sha256')
    .update(JSON.stringify([agentConfig(fleet), SCRAPES.prometheus(fleet)]))
    .digest('hex')
    .slice(0, 16);

/** A step that runs one of AWS's own documents. */
const run = (name: string, documentPath: string, documentParameters: Record<string, string>) => ({
  action: 'aws:runDocument',
  name,
  inputs: { documentType: 'SSMDocument', documentPath, documentParameters },
});

/** AWS's documents, in the order that two associations of their own would not keep: configuring needs the agent. */
const setup = (fleet: Config['aws']['gpuFleet']) => ({
  schemaVersion: '2.2',
  description: 'Installs the CloudWatch agent and configures it as Modelmeter wants it',
  parameters: {
    Configuration: { type: 'String', description: 'Name of the parameter with the agent’s configuration' },
    Version: { type: 'String', description: 'Of the configuration' },
  },
  mainSteps: [
    run('install', 'AWS-ConfigureAWSPackage', { action: 'Install', name: 'AmazonCloudWatchAgent' }),
    ...(scrapesOf(fleet).length > 0 ? [writeScrapes(fleet)] : []),
    run('configure', 'AmazonCloudWatch-ManageAgent', {
      action: 'configure',
      mode: 'ec2',
      optionalConfigurationSource: 'ssm',
      optionalConfigurationLocation: '{{ Configuration }}',
      optionalRestart: 'yes',
    }),
  ],
});

const writeScrapes = (fleet: Config['aws']['gpuFleet']) => ({
  action: 'aws:runShellScript',
  name: 'scrapes',
  inputs: { runCommand: [`cat > ${SCRAPE_FILE} <<END`, SCRAPES.prometheus(fleet), 'END'] },
});
