import { execFileSync } from 'node:child_process';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { Config } from '../../core/config.ts';
import { GPU_HOST, HOST_AGENT } from '../../core/metrics/cloudWatch.ts';
import { agentConfig, GPU_MEASUREMENTS, HOST_MEASUREMENTS } from '../../lib/fleet/agentConfig.ts';
import { scrapesOf } from '../../lib/fleet/scrapes.ts';
import { fleetOf } from './synthesised.ts';

const settings = (gpuFleet: object) => Config.parse({ aws: { gpuFleet } }).aws.gpuFleet;
// biome-ignore lint/suspicious/noExplicitAny: JSON of another program
const configOf = (gpuFleet: object = {}) => JSON.parse(JSON.stringify(agentConfig(settings(gpuFleet)))) as any;

describe('configuration of the CloudWatch agent', () => {
  it('measures five things of a GPU by default, and all seventeen of Linux where asked for', () => {
    expect(configOf().metrics.metrics_collected.nvidia_gpu.measurement).toHaveLength(5);
    const all = configOf({ measurements: 'all' }).metrics.metrics_collected.nvidia_gpu.measurement;
    expect(new Set(all).size).toBe(17);
    expect(all).toEqual(expect.arrayContaining([...GPU_MEASUREMENTS.essential]));
  });

  it('measures of the host what rows 003.058 to 003.067 ask for, each minute', () => {
    const { metrics_collected: plugins, force_flush_interval, namespace } = configOf().metrics;
    const names = Object.entries<{ measurement: string[] }>(plugins)
      .filter(([plugin]) => plugin !== 'nvidia_gpu')
      .flatMap(([plugin, { measurement }]) => measurement.map((name) => `${plugin}_${name}`));

    expect(configOf().agent.metrics_collection_interval).toBe(60);
    expect({ force_flush_interval, namespace }).toEqual({ force_flush_interval: 15, namespace: 'Modelmeter/Fleet' });
    expect(names.sort()).toEqual(
      Object.values(HOST_AGENT)
        .map(({ name }) => name)
        .sort(),
    );
  });

  it('names GPU measurements as alarms and graphs ask for them', () => {
    const measured = new Set(GPU_MEASUREMENTS.all.map((name) => `nvidia_smi_${name}`));

    expect(Object.values(GPU_HOST).filter(({ name }) => !measured.has(name))).toEqual([]);
  });

  it('sends nothing twice: the aggregate takes only what has its dimension, and of that drops the parts', () => {
    const { aggregation_dimensions, append_dimensions, metrics_collected } = configOf().metrics;
    const [only] = aggregation_dimensions[0].filter((name: string) => !(name in append_dimensions));

    for (const [plugin, each] of Object.entries<Record<string, unknown>>(metrics_collected)) {
      const isAggregated = only in ((each.append_dimensions as object) ?? {});
      const dropped = (each.measurement as string[]).map((name) => `${plugin}_${name}`);
      expect([plugin, each.drop_original_metrics]).toEqual([plugin, isAggregated ? dropped : undefined]);
    }
    expect(Object.entries(HOST_MEASUREMENTS).flatMap(([plugin, each]) => ('perHost' in each ? plugin : []))).toEqual([
      'diskio',
      'net',
    ]);
  });

  it('makes of what is scraped only the metrics that are shown, by host', () => {
    const gpuFleet = { dcgmPort: 9400, vllmPort: 8000 };
    const { prometheus } = configOf(gpuFleet).logs.metrics_collected;

    expect(prometheus.emf_processor.metric_declaration).toEqual([
      {
        source_labels: ['job'],
        label_matcher: '^dcgm$',
        dimensions: [['InstanceId', 'gpu']],
        metric_selectors: ['^(DCGM_FI_DEV_XID_ERRORS|DCGM_FI_PROF_SM_ACTIVE|DCGM_FI_PROF_PIPE_TENSOR_ACTIVE)$'],
      },
      {
        source_labels: ['job'],
        label_matcher: '^vllm$',
        dimensions: [['InstanceId']],
        metric_selectors: ['^(vllm:num_requests_running|vllm:num_requests_waiting|vllm:kv_cache_usage_perc)$'],
      },
    ]);
    expect(configOf().logs).toBeUndefined();
    expect(scrapesOf(settings({}))).toEqual([]);
  });
});

describe('stack of the fleet', () => {
  const fleet = fleetOf('vllmPort: 8000, metricStream: true');

  it('installs, then configures the agent on every instance with the tag', () => {
    const [document] = Object.values(fleet.findResources('AWS::SSM::Document'));
    const steps = document!.Properties.Content.mainSteps;

    expect(steps.map(({ name }: { name: string }) => name)).toEqual(['install', 'scrapes', 'configure']);
    expect(steps[0].inputs).toMatchObject({
      documentPath: 'AWS-ConfigureAWSPackage',
      documentParameters: { action: 'Install', name: 'AmazonCloudWatchAgent' },
    });
    expect(steps[2].inputs).toMatchObject({
      documentPath: 'AmazonCloudWatch-ManageAgent',
      documentParameters: { optionalConfigurationSource: 'ssm', optionalConfigurationLocation: '{{ Configuration }}' },
    });
    fleet.hasResourceProperties('AWS::SSM::Association', {
      Targets: [{ Key: 'tag:modelmeter:gpu', Values: ['true'] }],
      Parameters: { Configuration: [{ Ref: Match.stringLikeRegexp('Configuration') }], Version: Match.anyValue() },
    });
  });

  it('runs again at once when the configuration changes', () => {
    const versionOf = (gpuFleet: string) =>
      Object.values(fleetOf(gpuFleet).findResources('AWS::SSM::Association'))[0]!.Properties.Parameters.Version;

    expect(versionOf('vllmPort: 8001')).not.toEqual(versionOf('vllmPort: 8000'));
  });

  it('writes what to scrape with the host’s own id in it', () => {
    const steps = Object.values(fleet.findResources('AWS::SSM::Document'))[0]!.Properties.Content.mainSteps;
    const script = steps[1].inputs.runCommand.join('\n').replace(/^cat > \S+ /, 'cat ');
    const written = execFileSync('sh', ['-c', script], { env: { ...process.env, AWS_SSM_INSTANCE_ID: 'i-0abc' } });

    expect(JSON.parse(written.toString()).scrape_configs).toMatchObject([
      {
        job_name: 'vllm',
        static_configs: [{ targets: ['localhost:8000'], labels: { InstanceId: 'i-0abc' } }],
        metric_relabel_configs: [{ action: 'keep' }],
      },
    ]);
  });

  it('alarms by queries that name no dimension but the host, so that no driver is missed', () => {
    const queries = Object.values(fleetOf().findResources('AWS::CloudWatch::Alarm')).map(
      ({ Properties }) => Properties.Metrics[0].Expression,
    );

    expect(queries.sort()).toEqual([
      'SELECT COUNT(mem_used_percent) FROM "Modelmeter/Fleet"',
      'SELECT MAX(disk_used_percent) FROM "Modelmeter/Fleet" GROUP BY InstanceId ORDER BY MAX() DESC',
      'SELECT MAX(mem_used_percent) FROM "Modelmeter/Fleet" GROUP BY InstanceId ORDER BY MAX() DESC',
      'SELECT MAX(nvidia_smi_temperature_gpu) FROM "Modelmeter/Fleet" GROUP BY InstanceId ORDER BY MAX() DESC',
      'SELECT MIN(nvidia_smi_memory_free) FROM "Modelmeter/Fleet" GROUP BY InstanceId ORDER BY MIN() ASC',
    ]);
  });

  it('lets a host write metrics of the fleet only, and read its configuration', () => {
    fleet.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'cloudwatch:PutMetricData',
            Condition: { StringEquals: { 'cloudwatch:namespace': 'Modelmeter/Fleet' } },
          }),
          Match.objectLike({ Action: 'ssm:GetParameter' }),
        ]),
      },
    });
  });

  it('streams only what the evaluation needs, as OpenTelemetry 1.0, to a function that keeps it', () => {
    fleet.hasResourceProperties('AWS::CloudWatch::MetricStream', {
      OutputFormat: 'opentelemetry1.0',
      IncludeFilters: [
        {
          Namespace: 'Modelmeter/Fleet',
          MetricNames: Match.arrayWith(['nvidia_smi_utilization_gpu', 'nvidia_smi_memory_used']),
        },
      ],
    });
    fleet.hasResourceProperties('AWS::KinesisFirehose::DeliveryStream', {
      ExtendedS3DestinationConfiguration: {
        ProcessingConfiguration: { Enabled: true, Processors: [Match.objectLike({ Type: 'Lambda' })] },
      },
    });
    fleetOf().resourceCountIs('AWS::CloudWatch::MetricStream', 0);
  });

  it('keeps the agent’s configuration within a parameter that costs nothing', () => {
    const everything = { measurements: 'all', dcgmPort: 9400, vllmPort: 8000 };

    expect(JSON.stringify(agentConfig(settings(everything))).length).toBeLessThanOrEqual(4_096);
  });
});
