import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import { awsBudgetsOf, type Config, type Severity } from '../../core/config.ts';
import { OWN_ALARMS, thresholdsOf } from '../../core/metrics/alarms.ts';
import { cloudWatchDashboard } from '../../dashboards/cloudwatch.ts';
import { dashboardsOf } from '../../dashboards/panels.ts';
import { type AlarmTopics, addAlarms } from '../alarms.ts';
import { AlarmTopics as Topics } from '../constructs/alarmTopics.ts';
import { AwsBudget } from '../constructs/awsBudget.ts';
import { ChatChannels } from '../constructs/chatChannels.ts';
import { Scan } from '../constructs/scan.ts';
import { evaluationEnvironment } from '../evaluation.ts';
import { allow, throughService } from '../grants.ts';
import { permissions } from '../permissions.ts';
import type { DataStack } from './data.ts';
import type { ModelmeterAppRefs } from './refs.ts';

export interface ObservabilityStackProps extends StackProps {
  readonly config: Config;
  readonly data: DataStack;
  readonly app: ModelmeterAppRefs;
}

const EVALUATE_EVERY = Duration.minutes(15);

/** Who is told what: topics and channels, alarms on the application, dashboards, and the evaluation of what was rolled up. */
export class ObservabilityStack extends Stack {
  readonly topics: AlarmTopics;

  constructor(scope: Construct, id: string, { config, data, app, ...props }: ObservabilityStackProps) {
    super(scope, id, { description: 'Modelmeter: alarms, channels and dashboards', ...props });
    const { channels } = config;
    const { topics } = new Topics(this, 'Topics', { channels, key: data.key });
    this.topics = topics;
    if (channels.slack.length + channels.teams.length > 0) new ChatChannels(this, 'Chat', { channels, topics });
    addAlarms(this, { alarms: OWN_ALARMS, config, topics, app });
    this.addDashboards(config, app.api.apiId);
    for (const plan of awsBudgetsOf(config)) new AwsBudget(this, `Budget-${plan.name}`, { plan, topics });
    const topicArns = Object.values(topics).map(({ topicArn }) => topicArn);
    new Scan(this, 'Evaluate', {
      name: 'evaluate',
      environment: evaluationEnvironment({ config, data, topics }),
      grants: [
        ...permissions(data).evaluate,
        allow({ actions: ['sns:Publish'], resources: topicArns }),
        throughService(data.key, 'sns', 'write'),
      ],
      key: data.key,
      logRetention: config.aws.logDays,
      every: EVALUATE_EVERY,
      group: new ScheduleGroup(this, 'Schedules'),
      deadLetters: app.scheduleDeadLetters,
    });
    for (const [severity, { topicArn }] of Object.entries(topics) as [Severity, { topicArn: string }][])
      new CfnOutput(this, `Topic${severity[0]!.toUpperCase()}${severity.slice(1)}`, { value: topicArn });
  }

  private addDashboards(config: Config, apiId: string): void {
    const { region } = this;
    const options = { region, thresholds: thresholdsOf(config), deployments: config.deployments, apiId };
    for (const spec of dashboardsOf(config.aws.dashboards)) {
      const body = cloudWatchDashboard(spec, options);
      new CfnDashboard(this, spec.id, { dashboardBody: this.toJsonString(body) });
    }
  }
}
