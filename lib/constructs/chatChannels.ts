import {
  CfnMicrosoftTeamsChannelConfiguration,
  LoggingLevel,
  SlackChannelConfiguration,
} from 'aws-cdk-lib/aws-chatbot';
import { ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Config, Severity } from '../../core/config.ts';
import type { AlarmTopics } from '../alarms.ts';

export interface ChatChannelsProps {
  readonly channels: Pick<Config['channels'], 'slack' | 'teams'>;
  readonly topics: AlarmTopics;
}

/** What draws the graph beside an alarm. None of these actions can be limited to a resource. */
const SHOW_ALARMS = [
  'cloudwatch:DescribeAlarms',
  'cloudwatch:GetMetricData',
  'cloudwatch:GetMetricStatistics',
  'cloudwatch:GetMetricWidgetImage',
  'cloudwatch:ListMetrics',
];

/**
 * Channels of Slack and Microsoft Teams, by AWS Chatbot. The workspace or team must have been authorised once in the
 * console. Whatever someone types in a channel, the guardrail lets it do no more than show alarms.
 */
export class ChatChannels extends Construct {
  constructor(scope: Construct, id: string, { channels, topics }: ChatChannelsProps) {
    super(scope, id);
    const statement = new PolicyStatement({ actions: SHOW_ALARMS, resources: ['*'] });
    const guardrail = new ManagedPolicy(this, 'Guardrail', {
      description: 'Most that anybody may do from a chat channel: look at alarms',
      statements: [statement],
    });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('chatbot.amazonaws.com'),
      managedPolicies: [guardrail],
    });
    const topicsOf = (severities: readonly Severity[]) => severities.map((severity) => topics[severity]);
    for (const { workspaceId, channelId, severities } of channels.slack)
      new SlackChannelConfiguration(this, `Slack${channelId}`, {
        slackChannelConfigurationName: `modelmeter-${channelId}`,
        slackWorkspaceId: workspaceId,
        slackChannelId: channelId,
        notificationTopics: topicsOf(severities),
        guardrailPolicies: [guardrail],
        role,
        loggingLevel: LoggingLevel.ERROR,
      });
    channels.teams.forEach(({ teamId, tenantId, channelId, severities }, i) => {
      new CfnMicrosoftTeamsChannelConfiguration(this, `Teams${i}`, {
        configurationName: `modelmeter-teams-${i + 1}`,
        teamId,
        teamsTenantId: tenantId,
        teamsChannelId: encodeURIComponent(channelId), // as it stands in a link
        snsTopicArns: topicsOf(severities).map(({ topicArn }) => topicArn),
        guardrailPolicies: [guardrail.managedPolicyArn],
        iamRoleArn: role.roleArn,
        loggingLevel: LoggingLevel.ERROR,
      });
    });
  }
}
