import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Config } from '../../core/config.ts';
import { FLEET_ALARMS, STREAM_ALARMS } from '../../core/metrics/alarms.ts';
import { type AlarmTopics, addAlarms } from '../alarms.ts';
import { FleetAgent } from '../constructs/fleetAgent.ts';
import { FleetStream } from '../constructs/fleetStream.ts';
import { hostPolicy } from '../constructs/hostPolicy.ts';
import { ModelmeterFunction } from '../constructs/modelmeterFunction.ts';
import { SCRAPE_LOG_GROUP, scrapesOf } from '../fleet/scrapes.ts';
import { permissions } from '../permissions.ts';
import type { DataStack } from './data.ts';

export interface FleetStackProps extends StackProps {
  readonly config: Config;
  readonly topics: AlarmTopics;
  readonly data: DataStack;
}

/** GPU hosts: the agent on every instance with the tag, alarms over whatever reports, and what the hosts are allowed. */
export class FleetStack extends Stack {
  constructor(scope: Construct, id: string, { config, topics, data, ...props }: FleetStackProps) {
    super(scope, id, { description: 'Modelmeter: GPU fleet', ...props });
    const { gpuFleet, logDays } = config.aws;
    const scrapes = scrapesOf(gpuFleet).length > 0;
    if (scrapes)
      new LogGroup(this, 'Scraped', {
        logGroupName: SCRAPE_LOG_GROUP, // what the agent is told; it would make one that never expires
        retention: 1, // metrics are made of it on arrival
        encryptionKey: data.key,
        removalPolicy: RemovalPolicy.DESTROY,
      });
    const { parameter } = new FleetAgent(this, 'Agent', { fleet: gpuFleet });
    const policy = hostPolicy(this, 'HostPolicy', { parameter, scrapes });
    addAlarms(this, { alarms: FLEET_ALARMS, config, topics });
    if (gpuFleet.metricStream) {
      const receiver = new ModelmeterFunction(this, 'MetricStream', {
        name: 'metric-stream',
        environment: { DATA_BUCKET: data.bucket.bucketName },
        grants: permissions(data)['metric-stream'],
        key: data.key,
        logRetention: logDays,
      });
      const { deliveryStream } = new FleetStream(this, 'Stream', {
        receiver: receiver.fn,
        bucket: data.bucket,
        key: data.key,
      });
      addAlarms(this, { alarms: STREAM_ALARMS, config, topics, deliveryStream });
      new CfnOutput(this, 'MetricStreamFunction', {
        value: receiver.fn.functionName,
        description: 'Takes again what the metric stream could not deliver: docs/runbook.md, stream-undelivered',
      });
    }
    new CfnOutput(this, 'HostPolicyArn', {
      value: policy.managedPolicyArn,
      description: 'Attach it to the instance profile of GPU hosts, beside AmazonSSMManagedInstanceCore',
    });
  }
}
