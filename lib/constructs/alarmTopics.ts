import { Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, SmsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { type Config, SEVERITIES, type Severity } from '../../core/config.ts';

/** Services of this account that may publish. A topic with a policy of its own no longer lets them by default. */
const PUBLISHERS = ['cloudwatch', 'budgets', 'costalerts', 'events'];

export interface AlarmTopicsProps {
  readonly channels: Config['channels'];
  /** Its policy must let the publishers use it: with the AWS-managed key CloudWatch's messages are dropped. */
  readonly key: IKey;
}

/** A topic for each severity: encrypted, over TLS only, with the e-mail addresses and telephone numbers that asked for it. */
export class AlarmTopics extends Construct {
  readonly topics: Readonly<Record<Severity, Topic>>;

  constructor(scope: Construct, id: string, { channels, key }: AlarmTopicsProps) {
    super(scope, id);
    const topicOf = (severity: Severity): Topic => {
      const topic = new Topic(this, severity, {
        displayName: `Modelmeter ${severity}`,
        masterKey: key,
        enforceSSL: true,
      });
      topic.addToResourcePolicy(
        new PolicyStatement({
          sid: 'PublishFromThisAccount',
          principals: PUBLISHERS.map((service) => new ServicePrincipal(`${service}.amazonaws.com`)),
          actions: ['sns:Publish'],
          resources: [topic.topicArn],
          conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
        }),
      );
      for (const { address, severities } of channels.email)
        if (severities.includes(severity)) topic.addSubscription(new EmailSubscription(address));
      for (const { number, severities } of channels.sms)
        if (severities.includes(severity)) topic.addSubscription(new SmsSubscription(number));
      return topic;
    };
    this.topics = Object.fromEntries(SEVERITIES.map((severity) => [severity, topicOf(severity)])) as Record<
      Severity,
      Topic
    >;
  }
}
