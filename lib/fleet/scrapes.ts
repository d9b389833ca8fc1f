import type { Config } from '../../core/config.ts';
import { type CloudWatchMetric, DCGM, FLEET_NAMESPACE, VLLM } from '../../core/metrics/cloudWatch.ts';

type Fleet = Config['aws']['gpuFleet'];

interface Scrape {
  job: string;
  port: number;
  metrics: readonly CloudWatchMetric[];
}

/** Exporters on the hosts that are scraped, and what is taken of them: of all that they offer a log would be written each minute. */
export const scrapesOf = ({ dcgmPort, vllmPort }: Fleet): Scrape[] => [
  ...(dcgmPort === undefined ? [] : [{ job: 'dcgm', port: dcgmPort, metrics: Object.values(DCGM) }]),
  ...(vllmPort === undefined ? [] : [{ job: 'vllm', port: vllmPort, metrics: Object.values(VLLM) }]),
];

/** Where the agent finds what to scrape. */
export const SCRAPE_FILE = '/opt/aws/amazon-cloudwatch-agent/etc/modelmeter-prometheus.yaml';
export const SCRAPE_LOG_GROUP = '/modelmeter/fleet/prometheus';

const anyOf = (names: readonly string[]) => `^(${names.join('|')})$`;

/** The agent's part: which scraped numbers become metrics, by which dimensions. */
const agentPart = (fleet: Fleet) => ({
  prometheus_config_path: SCRAPE_FILE,
  log_group_name: SCRAPE_LOG_GROUP,
  emf_processor: {
    metric_declaration_dedup: true,
    metric_namespace: FLEET_NAMESPACE,
    metric_declaration: scrapesOf(fleet).map(({ job, metrics }) => ({
      source_labels: ['job'],
      label_matcher: `^${job}$`,
      dimensions: [metrics[0]!.dimensions],
      metric_selectors: [anyOf(metrics.map(({ name }) => name))],
    })),
  },
});

/**
 * Prometheus' part, JSON being YAML. Targets are the host itself, so the host's id is a label: the script that writes the
 * file puts it in place of `$AWS_SSM_INSTANCE_ID`.
 */
const prometheusPart = (fleet: Fleet): string =>
  JSON.stringify({
    global: { scrape_interval: '60s', scrape_timeout: '10s' },
    scrape_configs: scrapesOf(fleet).map(({ job, port, metrics }) => ({
      job_name: job,
      static_configs: [{ targets: [`localhost:${port}`], labels: { InstanceId: '$AWS_SSM_INSTANCE_ID' } }],
      metric_relabel_configs: [
        { source_labels: ['__name__'], regex: metrics.map(({ name }) => name).join('|'), action: 'keep' },
      ],
    })),
  });

export const SCRAPES = { agent: agentPart, prometheus: prometheusPart };
