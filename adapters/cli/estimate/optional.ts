import type { Config } from '../../../core/config.ts';
import { type Line, lineOf, lineWithout } from './line.ts';
import { MINUTES_PER_MONTH } from './metered.ts';

/** What the configured sources and channels can add in a month: upper bounds, since they depend on what runs in the account. */
export const optionalLines = ({ aws, channels }: Config): Line[] => {
  const { bedrock, sagemaker, readEveryMin, maxMetricsPerRead, bedrockLogGroup } = aws.sources;
  const reads = (MINUTES_PER_MONTH / readEveryMin) * maxMetricsPerRead;
  const chats = channels.slack.length + channels.teams.length;
  return [
    ...(bedrock || sagemaker
      ? [
          lineOf(
            `metrics of Bedrock and SageMaker, at most`,
            'metricRead',
            reads,
            `${maxMetricsPerRead} metrics every ${readEveryMin} minutes (aws.sources.maxMetricsPerRead); nothing where no model runs`,
          ),
        ]
      : []),
    ...(aws.traceIngest
      ? [
          lineOf(
            'traces of ingestion, one each second',
            'xrayTrace',
            60 * MINUTES_PER_MONTH,
            'while requests come; and 5 % of the others of a second, which are not in here (aws.traceIngest)',
          ),
        ]
      : []),
    ...(bedrockLogGroup
      ? [
          lineWithout(
            null,
            'log of Bedrock calls',
            'its functions run for each delivery of the log; the log itself is yours',
          ),
        ]
      : []),
    ...(chats > 0
      ? [lineWithout(0, `chat: ${chats} channels`, 'SNS and Amazon Q Developer in chat cost nothing')]
      : []),
    ...(channels.email.length > 0
      ? [lineWithout(0, `e-mail: ${channels.email.length} addresses`, '1,000 a month are free, then $2 for 100,000')]
      : []),
    ...(channels.sms.length > 0
      ? [lineOf('SMS: 100 messages to each number', 'smsMessage', 100 * channels.sms.length, 'to the United States')]
      : []),
    ...(aws.timeSeriesStore === 'timestream'
      ? [
          lineWithout(
            null,
            'Timestream in place of S3 for blocks',
            'not metered: $0.50 for a million KB written, $0.036 for a GB-hour in memory (12 hours), then $0.03 for a GB-month',
          ),
        ]
      : []),
  ];
};
