import type { Notice, Scan } from '../alerts/notice.ts';
import { type FleetFinding, type FleetThresholds, findingsOf, isKnown } from '../fleet/findings.ts';
import { type HostReading, readHosts } from '../fleet/hosts.ts';
import { type GpuReading, readGpus } from '../fleet/readings.ts';
import type { DeploymentStore, NoticeStore, Notifier } from '../ports.ts';
import { askOf } from '../query/ask.ts';
import { DAY, MINUTE } from '../telemetry/families.ts';
import { notify } from './notify.ts';
import type { runQuery } from './query.ts';

export interface EvaluationPorts {
  query: ReturnType<typeof runQuery>;
  deployments: Pick<DeploymentStore, 'get'>;
  notifier: Notifier;
  notices: NoticeStore;
}

export interface EvaluationOptions {
  /** Address of docs/runbook.md. */
  runbookUrl: string;
  /**
   * Since when the door has been open, epoch milliseconds: nobody is called silent for having said nothing before that.
   * @default always
   */
  openSinceMs?: number;
}

/** Only minutes that are closed and rolled up are read: those before now less this. */
export const LAG_MS = 5 * MINUTE;
const SCAN: Scan = 'fleet';

/**
 * Looks for GPUs whose memory is full, GPUs that somebody holds and lets idle, and hosts that no longer report, in whatever
 * reports GPUs to the rollups (CloudWatch agent by metric stream, DCGM, nvidia_gpu_exporter), and tells of what began or
 * ended. A GPU of which nothing is known is neither well nor ill.
 */
export const evaluateFleet =
  ({ query, deployments, notifier, notices }: EvaluationPorts, options: EvaluationOptions & FleetThresholds) =>
  async (nowMs: number): Promise<{ gpus: number; began: number; ended: number }> => {
    const ask = askOf(query, SCAN, nowMs);
    const toMs = nowMs - LAG_MS;
    const gpus = await readGpus(ask, { toMs, idleMin: options.gpuIdleMin });
    const hosts = await readHosts(ask, { toMs, openSinceMs: options.openSinceMs ?? 0 });
    const ownerOf = async ({ deployment }: GpuReading) =>
      deployment === undefined ? undefined : (await deployments.get(deployment))?.versions.at(-1)?.owner;
    const findings = gpus.flatMap((reading) => findingsOf(reading, options));
    const firing = await Promise.all(
      findings.map(async (finding) => gpuNotice(finding, await ownerOf(finding.reading), options, toMs)),
    );
    const silent = hosts.filter(({ isSilent }) => isSilent).map((host) => hostNotice(host, options));
    const known = new Set([
      ...gpus.flatMap((gpu) => GPU_KINDS.filter((kind) => isKnown(gpu, kind)).map((kind) => gpuId(kind, gpu))),
      ...hosts.filter(({ isReporting }) => isReporting).map(({ host }) => hostId(host)),
    ]);
    const told = await notify({ notifier, notices })({
      scan: SCAN,
      firing: [...firing, ...silent],
      // A host that never comes back was taken away.
      isDecided: ({ id, sinceMs }) => known.has(id) || nowMs - sinceMs > DAY,
      nowMs,
    });
    return { gpus: gpus.length, ...told };
  };

const GPU_KINDS = ['vram-held', 'gpu-idle-held'] as const;
const gpuId = (kind: FleetFinding['kind'], { host, gpu }: GpuReading) => `${kind}/${host}/${gpu}`;
const hostId = (host: string) => `host-silent/${host}`;

const gpuNotice = (
  finding: FleetFinding,
  owner: string | undefined,
  { runbookUrl, gpuIdleMin }: EvaluationOptions & FleetThresholds,
  toMs: number,
): Notice => {
  const { kind, reading, percent } = finding;
  const where = `GPU ${reading.gpu || '?'} of ${reading.host || 'an unnamed host'}`;
  const memory = { name: 'VRAM in use', value: `${percent.toFixed(1)} % of ${gib(reading.memoryTotalBytes!)}` };
  const shared = {
    id: gpuId(kind, reading),
    state: 'firing' as const,
    severity: 'warning' as const,
    deployment: reading.deployment,
    owner,
    runbook: `${runbookUrl}#${kind}`,
    links: [],
  };
  if (kind === 'vram-held')
    return {
      ...shared,
      title: `${where} has hardly any memory left`,
      text: `${where} had ${percent.toFixed(1)} % of its memory in use over a quarter of an hour.`,
      sinceMs: toMs - 15 * MINUTE,
      numbers: [memory],
      action:
        'Look at the use of the key-value cache and at preemptions: a server that reserves memory by design is well.',
    };
  return {
    ...shared,
    title: `${where} is held and idle`,
    text: `Somebody holds memory of ${where}, which has done nothing for ${gpuIdleMin} min.`,
    sinceMs: toMs - gpuIdleMin * MINUTE,
    numbers: [memory, { name: 'Greatest use of the GPU', value: `${finding.maxUtilization.toFixed(1)} %` }],
    action: 'Ask its owner whether the process is still needed; stop it, or scale the deployment in.',
  };
};

const hostNotice = ({ host, lastMs }: HostReading, { runbookUrl }: EvaluationOptions): Notice => ({
  id: hostId(host),
  state: 'firing',
  severity: 'warning',
  title: `${host || 'An unnamed host'} no longer reports`,
  text: 'Its GPUs reported within the last three hours and do not now.',
  sinceMs: lastMs,
  numbers: [],
  action: 'See whether it was taken away; if it runs, look at its agent or exporter.',
  runbook: `${runbookUrl}#host-silent`,
  links: [],
});

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
