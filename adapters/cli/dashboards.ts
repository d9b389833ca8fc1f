import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { thresholdsOf } from '../../core/metrics/alarms.ts';
import { cloudWatchDashboard } from '../../dashboards/cloudwatch.ts';
import { grafanaDashboard } from '../../dashboards/grafana.ts';
import { ALL_DASHBOARDS } from '../../dashboards/panels.ts';
import { readConfig } from '../configFile.ts';

interface RenderOptions {
  format: 'cloudwatch' | 'grafana';
  out: string;
  config?: string;
  region: string;
  apiId?: string;
}

export const addDashboards = (program: Command): Command => {
  const dashboards = program
    .command('dashboards')
    .summary('write the dashboards as files')
    .description('Dashboards for the CloudWatch console and for Grafana, all from one description of what they show.');
  dashboards
    .command('render')
    .summary('write them as JSON')
    .description(
      'Write every dashboard as JSON: a body for `aws cloudwatch put-dashboard`, or a file that Grafana imports ' +
        '(data sources CloudWatch and Athena, chosen in the dashboard).',
    )
    .addOption(new Option('--format <format>', 'whose').choices(['cloudwatch', 'grafana']).makeOptionMandatory())
    .requiredOption('--out <folder>', 'where to write them; made if need be')
    .option('--config <file>', 'thresholds of alarms, teams, projects and deployments (default: all defaults)')
    .option('--region <region>', 'of CloudWatch’s graphs', process.env.AWS_REGION ?? 'us-east-1')
    .option('--api-id <id>', 'the HTTP API whose requests are shown (default: all of the account)')
    .addHelpText(
      'after',
      `
Examples:
  modelmeter dashboards render --format grafana --out dashboards-out
  modelmeter dashboards render --format cloudwatch --out dashboards-out --config modelmeter.yaml
  aws cloudwatch put-dashboard --dashboard-name ai-models --dashboard-body file://dashboards-out/ai-models.json`,
    )
    .action((options: RenderOptions) => {
      const written = renderDashboards(options);
      for (const file of written) console.log(file);
    });
  return dashboards;
};

/** Writes all dashboards; answers the files' paths. */
const renderDashboards = ({ format, out, config, region, apiId }: RenderOptions): string[] => {
  const read = readConfig(config);
  const shared = { thresholds: thresholdsOf(read), ...(apiId !== undefined && { apiId }) };
  mkdirSync(out, { recursive: true });
  return ALL_DASHBOARDS.map((spec) => {
    const body =
      format === 'grafana'
        ? grafanaDashboard(spec, shared)
        : cloudWatchDashboard(spec, { ...shared, region, deployments: read.deployments });
    const path = join(out, `${spec.id}.json`);
    writeFileSync(path, `${JSON.stringify(body, null, 2)}\n`);
    return path;
  });
};
