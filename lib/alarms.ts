import { Duration } from 'aws-cdk-lib';
import {
  Alarm as CloudWatchAlarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Config, Severity } from '../core/config.ts';
import type { Alarm } from '../core/metrics/alarms.ts';
import type { CloudWatchMetric } from '../core/metrics/cloudWatch.ts';
import { FUNCTIONS, type FunctionName } from './functions.ts';
import type { ModelmeterAppRefs } from './stacks/refs.ts';

/** A topic for each severity. */
export type AlarmTopics = Readonly<Record<Severity, ITopic>>;

export interface AlarmsProps {
  readonly alarms: readonly Alarm[];
  readonly config: Config;
  readonly topics: AlarmTopics;
  /**
   * What the application is made of.
   *
   * @default none: for alarms that watch none of it
   */
  readonly app?: ModelmeterAppRefs;
  /**
   * Name of the delivery stream that carries the fleet's metrics.
   *
   * @default none: for alarms that do not watch it
   */
  readonly deliveryStream?: string;
}

/** Makes a CloudWatch alarm of each line of the table; each tells its severity's topic when it begins and when it ends. */
export const addAlarms = (scope: Construct, { alarms, config, topics, ...watched }: AlarmsProps): CloudWatchAlarm[] =>
  alarms.map((alarm) => {
    const action = new SnsAction(topics[alarm.severity]);
    const made = new CloudWatchAlarm(scope, alarm.id, {
      alarmDescription: descriptionOf(alarm, config),
      metric: metricOf(alarm, watched),
      comparisonOperator: COMPARISONS[alarm.comparison],
      threshold: alarm.threshold(config),
      evaluationPeriods: alarm.periods,
      treatMissingData: MISSING[alarm.missingData],
    });
    made.addAlarmAction(action);
    made.addOkAction(action);
    return made;
  });

const COMPARISONS = {
  '>': ComparisonOperator.GREATER_THAN_THRESHOLD,
  '<': ComparisonOperator.LESS_THAN_THRESHOLD,
};
const MISSING = {
  notBreaching: TreatMissingData.NOT_BREACHING,
  breaching: TreatMissingData.BREACHING,
  ignore: TreatMissingData.IGNORE,
};

const descriptionOf = ({ id, title, action, severity }: Alarm, { aws }: Config): string =>
  `${title} (${severity}). ${action} ${aws.runbookUrl}#${id}`;

const metricOf = (alarm: Alarm, { app, deliveryStream }: Pick<AlarmsProps, 'app' | 'deliveryStream'>): IMetric => {
  const { source, metrics, stat, periodMin } = alarm;
  const period = Duration.minutes(periodMin);
  if (source.from === 'fleet') return fleetMetric(alarm, period);
  const of = (metric: CloudWatchMetric, values: readonly string[]) =>
    new Metric({
      namespace: metric.namespace,
      metricName: metric.name,
      dimensionsMap: Object.fromEntries((metric.dimensions ?? []).map((name, i) => [name, values[i]!])),
      statistic: stat,
      period,
    });
  if (source.from === 'own') return of(metrics[0]!, []);
  if (source.from === 'stream') {
    if (deliveryStream === undefined) throw new Error(`alarm ${alarm.id} watches the metric stream, and there is none`);
    return of(metrics[0]!, [deliveryStream]);
  }
  if (app === undefined) throw new Error(`alarm ${alarm.id} watches the application, and there is none`);
  switch (source.from) {
    case 'api':
      return of(metrics[0]!, [app.api.apiId]);
    case 'queue':
      return of(metrics[0]!, [app[source.queue].queueName]);
    case 'tables':
      return combined(
        source.tables.flatMap((table) => metrics.map((metric) => of(metric, [app[table].tableName]))),
        (ids) => ids.map((id) => `FILL(${id}, 0)`).join(' + '),
        period,
      );
    case 'functions': {
      const present = source.functions.filter((name) => app.functions[name as FunctionName] !== undefined);
      const all = present.map((name) => of(metrics[0]!, [app.functions[name as FunctionName]!.functionName]));
      if (source.as === 'sum') return combined(all, (ids) => ids.map((id) => `FILL(${id}, 0)`).join(' + '), period);
      const percent = present.map((name) => FUNCTIONS[name as FunctionName].timeoutS * 10); // ms in one per cent of it
      return combined(
        all,
        (ids) => `MAX([${ids.map((id, i) => `FILL(${id}, 0) / ${percent[i]}`).join(', ')}])`,
        period,
      );
    }
  }
};

/** One metric as it is, several by an expression over their ids. */
const combined = (
  metrics: readonly Metric[],
  expression: (ids: readonly string[]) => string,
  period: Duration,
): IMetric => {
  const ids = metrics.map((_, i) => `m${i}`);
  const text = expression(ids);
  if (metrics.length === 1 && text === 'FILL(m0, 0)') return metrics[0]!;
  return new MathExpression({
    expression: text,
    usingMetrics: Object.fromEntries(metrics.map((metric, i) => [ids[i]!, metric])),
    period,
  });
};

const INSIGHTS = { Sum: 'SUM', Maximum: 'MAX', Minimum: 'MIN', SampleCount: 'COUNT' } as const;

/** With a group, each host is told of by itself; the order decides which, where there are more than a query returns. */
const fleetMetric = ({ metrics: [metric], stat, source, comparison }: Alarm, period: Duration): IMetric => {
  const by = source.from === 'fleet' ? source.groupBy : undefined;
  const order = comparison === '<' ? 'ASC' : 'DESC';
  const group = by ? ` GROUP BY ${by} ORDER BY ${INSIGHTS[stat]}() ${order}` : '';
  const expression = `SELECT ${INSIGHTS[stat]}(${metric!.name}) FROM "${metric!.namespace}"${group}`;
  return new MathExpression({ expression, usingMetrics: {}, period });
};
