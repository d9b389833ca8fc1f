import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IScheduleGroup, Schedule, ScheduleExpression, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { ModelmeterFunction, type ModelmeterFunctionProps } from './modelmeterFunction.ts';

/** Runs may start this much of their rate late, at most a quarter of an hour, so that all do not start together. */
const WINDOW_RATIO = 0.2;
const MAX_WINDOW_MIN = 15;
const RETRIES = 3;
/** Lambda keeps an invocation that waits no longer. */
const MAX_AGE_S = 6 * 60 * 60;

export interface ScanProps extends ModelmeterFunctionProps {
  /** Whole minutes, at least one. */
  readonly every: Duration;
  readonly group: IScheduleGroup;
  /** Where a run goes that could not be started, or failed three times. */
  readonly deadLetters: IQueue;
}

/**
 * Scheduled work: a function, how often it runs, and what it may do. This is all there is to adding one: a folder in
 * lambdas/, a line in lib/functions.ts, and a `Scan`.
 */
export class Scan extends ModelmeterFunction {
  constructor(scope: Construct, id: string, props: ScanProps) {
    super(scope, id, props);
    const { every, group, deadLetters } = props;
    // A run that could not start in its time is the next one's work.
    const maxAgeS = Math.min(every.toSeconds(), MAX_AGE_S);
    this.fn.configureAsyncInvoke({ maxEventAge: Duration.seconds(maxAgeS), retryAttempts: 2 });
    const role = new Role(this, 'Starter', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': group.env.account, 'aws:SourceArn': group.scheduleGroupArn },
        },
      }),
    });
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.fn.functionArn] }));
    role.addToPolicy(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [deadLetters.queueArn] }));
    const windowMin = Math.min(MAX_WINDOW_MIN, Math.floor(every.toMinutes() * WINDOW_RATIO));
    new Schedule(this, 'Schedule', {
      description: `Modelmeter ${props.name}, every ${every.toMinutes()} minutes`,
      schedule: ScheduleExpression.rate(every),
      scheduleGroup: group,
      timeWindow: windowMin < 1 ? TimeWindow.off() : TimeWindow.flexible(Duration.minutes(windowMin)),
      target: {
        bind: () => ({
          arn: this.fn.functionArn,
          role,
          deadLetterConfig: { arn: deadLetters.queueArn },
          retryPolicy: {
            maximumEventAgeInSeconds: maxAgeS,
            maximumRetryAttempts: RETRIES,
          },
        }),
      },
    });
  }
}
