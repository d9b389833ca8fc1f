import { ArnFormat, Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IStringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { FLEET_NAMESPACE } from '../../core/metrics/cloudWatch.ts';
import { SCRAPE_LOG_GROUP } from '../fleet/scrapes.ts';

/**
 * What a GPU host's instance profile needs besides AWS's AmazonSSMManagedInstanceCore: less than
 * CloudWatchAgentServerPolicy, which may write any metric and any log.
 */
export const hostPolicy = (
  scope: Construct,
  id: string,
  { parameter, scrapes }: { parameter: IStringParameter; scrapes: boolean },
): ManagedPolicy => {
  const logs = Stack.of(scope).formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: `${SCRAPE_LOG_GROUP}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return new ManagedPolicy(scope, id, {
    description: 'Modelmeter: what the CloudWatch agent of a GPU host may do',
    statements: [
      new PolicyStatement({
        actions: ['cloudwatch:PutMetricData'],
        resources: ['*'],
        conditions: { StringEquals: { 'cloudwatch:namespace': FLEET_NAMESPACE } },
      }),
      new PolicyStatement({ actions: ['ssm:GetParameter'], resources: [parameter.parameterArn] }),
      ...(scrapes
        ? [
            new PolicyStatement({
              actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
              resources: [logs],
            }),
          ]
        : []),
    ],
  });
};
