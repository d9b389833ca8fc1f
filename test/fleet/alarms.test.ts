import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { EVALUATED, FLEET_ALARMS, OWN_ALARMS, STREAM_ALARMS } from '../../core/metrics/alarms.ts';
import { fleetOf, observabilityOf } from './synthesised.ts';

const runbook = readFileSync(join(import.meta.dirname, '../../docs/runbook.md'), 'utf8');
const known = [...OWN_ALARMS, ...FLEET_ALARMS, ...STREAM_ALARMS].map(({ id }) => id).concat(EVALUATED);
const sectionOf = (id: string) => runbook.split(/^## /m).find((section) => section.startsWith(`${id}\n`));

describe('the runbook', () => {
  it.each(known)('says of %s what it means, how to look and how to fix it', (id) => {
    const section = sectionOf(id);

    for (const part of ['**What it means.**', '**How to look.**', '**How to fix.**']) expect(section).toContain(part);
  });

  it('has no section of an alarm that is gone', () => {
    const sections = [...runbook.matchAll(/^## ([a-z-]+)$/gm)].map((match) => match[1]!);

    expect(sections.sort()).toEqual([...known].sort());
  });
});

describe('alarms of every installation', () => {
  const observability = observabilityOf();
  const alarms = Object.values(observability.findResources('AWS::CloudWatch::Alarm')).map(
    ({ Properties }) => Properties,
  );

  it('are at most fifteen, and watch fifteen metrics, at $0.10 a month each', () => {
    const metrics = alarms.flatMap(({ MetricName, Metrics }) =>
      MetricName ? [MetricName] : Metrics.filter((each: { MetricStat?: unknown }) => each.MetricStat),
    );

    expect(alarms.length).toBe(OWN_ALARMS.length);
    expect(alarms.length).toBeLessThanOrEqual(15);
    expect(metrics).toHaveLength(15); // none is left out because a function has another name
  });

  it('say what to do and where to read on, and tell their severity’s topic when they begin and when they end', () => {
    for (const { AlarmDescription, AlarmActions, OKActions, TreatMissingData } of alarms) {
      expect(AlarmDescription).toMatch(/\((critical|warning|info)\)\. .+ docs\/runbook\.md#[a-z-]+$/);
      const severity = /\((\w+)\)/.exec(AlarmDescription)![1]!;
      expect(JSON.stringify(AlarmActions)).toContain(`Topics${severity}`);
      expect(OKActions).toEqual(AlarmActions);
      expect(['notBreaching', 'breaching', 'ignore']).toContain(TreatMissingData);
    }
  });

  it('take silence of the heartbeat for what it is', () => {
    observability.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'Modelmeter',
      MetricName: 'HeartbeatAge',
      Threshold: 20 * 60,
      TreatMissingData: 'breaching',
      Dimensions: Match.absent(),
    });
  });

  it('compare the duration of each function with its own time-out', () => {
    const { Metrics } = alarms.find(({ AlarmDescription }) => AlarmDescription.includes('#function-near-timeout'))!;

    expect(Metrics[0].Expression).toBe('MAX([FILL(m0, 0) / 1200, FILL(m1, 0) / 6000, FILL(m2, 0) / 8400])');
  });

  it('begin where the configuration says', () => {
    const other = observabilityOf('thresholds:\n  rollupLagMin: 3\n');

    other.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ApproximateAgeOfOldestMessage',
      Threshold: 180,
    });
  });
});

describe('alarms of the metric stream', () => {
  it('tell that Firehose could not hand records over, and that records could not be read', () => {
    const fleet = fleetOf('metricStream: true');

    fleet.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Firehose',
      MetricName: 'ExecuteProcessing.Success',
      Dimensions: [{ Name: 'DeliveryStreamName', Value: { Ref: Match.stringLikeRegexp('StreamFirehose') } }],
      Statistic: 'Minimum',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      TreatMissingData: 'notBreaching',
      AlarmDescription: Match.stringLikeRegexp('#stream-undelivered$'),
    });
    fleet.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'Modelmeter',
      MetricName: 'UnreadRecords',
      AlarmDescription: Match.stringLikeRegexp('#stream-unreadable$'),
    });
  });

  it('are not there without one', () => {
    fleetOf().resourceCountIs('AWS::CloudWatch::Alarm', FLEET_ALARMS.length);
  });
});

describe('topics and channels', () => {
  const CHANNELS = `channels:
  slack: [{ workspaceId: T0123ABCD, channelId: C0123ABCD, severities: [critical] }]
  teams: [{ teamId: 5b3c7a52-9f3e-4c1b-8d1e-0c2a4d6e8f10, tenantId: 5b3c7a52-9f3e-4c1b-8d1e-0c2a4d6e8f11, channelId: "19:abc@thread.tacv2" }]
  email: [{ address: ada@example.com, severities: [warning, info] }]
  sms: [{ number: "+4930123456" }]
`;
  const observability = observabilityOf(CHANNELS);

  it('are encrypted under the key, refuse what does not come by TLS, and let alarms publish', () => {
    observability.resourceCountIs('AWS::SNS::Topic', 3);
    observability.allResourcesProperties('AWS::SNS::Topic', { KmsMasterKeyId: Match.anyValue() });
    observability.allResourcesProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          Match.objectLike({
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: Match.arrayWith(['cloudwatch.amazonaws.com']) },
            Condition: { StringEquals: { 'aws:SourceAccount': Match.anyValue() } },
          }),
        ]),
      },
    });
  });

  it('reach everyone with the severities they asked for', () => {
    const subscriptions = Object.values(observability.findResources('AWS::SNS::Subscription')).map(
      ({ Properties: { Protocol, Endpoint, TopicArn } }) =>
        `${Protocol} ${Endpoint} ${/Topics(critical|warning|info)/.exec(JSON.stringify(TopicArn))![1]}`,
    );

    expect(subscriptions.sort()).toEqual([
      'email ada@example.com info',
      'email ada@example.com warning',
      'sms +4930123456 critical',
    ]);
    observability.hasResourceProperties('AWS::Chatbot::SlackChannelConfiguration', {
      SlackWorkspaceId: 'T0123ABCD',
      SlackChannelId: 'C0123ABCD',
      SnsTopicArns: [{ Ref: Match.stringLikeRegexp('Topicscritical') }],
    });
    observability.hasResourceProperties('AWS::Chatbot::MicrosoftTeamsChannelConfiguration', {
      TeamsChannelId: '19%3Aabc%40thread.tacv2',
      SnsTopicArns: [{ Ref: Match.stringLikeRegexp('critical') }, { Ref: Match.stringLikeRegexp('warning') }],
    });
  });

  it('let nobody do more from a chat channel than look at alarms', () => {
    for (const type of ['Slack', 'MicrosoftTeams'])
      observability.allResourcesProperties(`AWS::Chatbot::${type}ChannelConfiguration`, {
        GuardrailPolicies: [{ Ref: Match.stringLikeRegexp('Guardrail') }],
      });
    const [{ Properties }] = Object.values(observability.findResources('AWS::IAM::ManagedPolicy')) as [
      { Properties: { PolicyDocument: { Statement: { Action: string[] }[] } } },
    ];
    const actions = Properties.PolicyDocument.Statement.flatMap(({ Action }) => Action);
    expect(actions.filter((action) => !/^cloudwatch:(Describe|Get|List)/.test(action))).toEqual([]);
  });

  it('are no part of an installation without chat', () => {
    observabilityOf().resourceCountIs('AWS::Chatbot::SlackChannelConfiguration', 0);
  });
});

describe('dashboards of an installation', () => {
  it('are three by default, and more where asked for', () => {
    observabilityOf().resourceCountIs('AWS::CloudWatch::Dashboard', 3);
    observabilityOf('aws: { dashboards: [api, cost, business, modelmeter] }').resourceCountIs(
      'AWS::CloudWatch::Dashboard',
      7,
    );
  });
});
