import type { DeploymentAttributes } from '../../ports.ts';
import type { Ask } from '../../query/ask.ts';
import { HOUR, MINUTE } from '../../telemetry/families.ts';
import type { Capacity, Slot } from './types.ts';

const STEP = 5 * MINUTE;
const STEPS = HOUR / STEP;
/** Senders name the machine, the GPU, its slices and its type in one of these ways. */
const GROUP = 'host,instance,gpu,uuid,GPU_I_ID,GPU_I_PROFILE,deployment,instanceType,host.type,region,account';

interface Reading {
  host: string;
  gpu: string;
  slot: string;
  /** Of its GPU: 1, or a slice's part. */
  part: number;
  deployment: string | undefined;
  labels: Record<string, string>;
  /** By step of the hour; null = it said nothing. */
  busy: (number | null)[];
  held: number;
}

/**
 * The hosts that report GPUs, by hour: how long each ran, and by GPU or MIG slice who used it how much and who held its
 * memory. A host ran from its first to its last report of the hour; gaps in between are gaps of the exporter.
 *
 * @param attributesAt what the registry says of a deployment; its instance type and region stand in where the host says none
 */
export const readHosts = async (
  ask: Ask,
  { fromMs, toMs }: { fromMs: number; toMs: number },
  attributesAt: (deployment: string, atMs: number) => DeploymentAttributes,
): Promise<Capacity[]> => {
  const range = { groupBy: GROUP, from: String(fromMs), to: String(toMs) };
  const busy = await ask({ metric: 'gpu.utilization', stat: 'avg', step: '5m', ...range });
  const memory = await ask({ metric: 'gpu.memoryUsed', stat: 'avg', step: '1h', ...range });

  const byHour = new Map<number, Map<string, Reading>>();
  const readingOf = (startMs: number, labels: Record<string, string>): Reading => {
    const readings = byHour.get(startMs) ?? new Map<string, Reading>();
    byHour.set(startMs, readings);
    const host = labels.host || labels.instance || '';
    const gpu = labels.gpu || labels.uuid || '';
    const slot = [gpu, labels.GPU_I_ID ?? ''].join('/');
    const key = JSON.stringify([host, slot, labels.deployment ?? '']);
    const known = readings.get(key);
    if (known) return known;
    const reading: Reading = {
      host,
      gpu,
      slot,
      part: partOf(labels.GPU_I_PROFILE),
      deployment: labels.deployment || undefined,
      labels,
      busy: new Array<number | null>(STEPS).fill(null),
      held: 0,
    };
    readings.set(key, reading);
    return reading;
  };
  for (const { labels, points } of busy.series)
    for (const [time, value] of points) {
      if (value === null) continue;
      const startMs = Math.floor(time / HOUR) * HOUR;
      readingOf(startMs, labels).busy[(time - startMs) / STEP] = Math.min(1, Math.max(0, value / 100));
    }
  for (const { labels, points } of memory.series)
    for (const [time, value] of points) if (value !== null) readingOf(time, labels).held = value;

  return [...byHour].flatMap(([startMs, readings]) =>
    [...groupBy([...readings.values()], ({ host }) => host)].map(([host, ofHost]) =>
      capacityOf(startMs, host, ofHost, attributesAt),
    ),
  );
};

const capacityOf = (
  startMs: number,
  host: string,
  readings: readonly Reading[],
  attributesAt: (deployment: string, atMs: number) => DeploymentAttributes,
): Capacity => {
  const deployments = [...new Set(readings.flatMap(({ deployment }) => deployment ?? []))];
  const registered = deployments.map((name) => attributesAt(name, startMs));
  const said = (name: string) => readings.map(({ labels }) => labels[name]).find((value) => value);
  const steps = readings.flatMap(({ busy }) => busy.flatMap((value, step) => (value === null ? [] : [step])));
  const ran = steps.length === 0 ? STEPS : Math.max(...steps) - Math.min(...steps) + 1;
  const gpus = new Set(readings.map(({ gpu }) => gpu)).size;
  return {
    startMs,
    resource: host || 'an unnamed host',
    instanceType: said('instanceType') ?? said('host.type') ?? registered.find((of) => of.instanceType)?.instanceType,
    region: said('region') ?? registered.find((of) => of.region)?.region,
    account: said('account') ?? registered.find((of) => of.account)?.account,
    purchase: 'onDemand',
    instanceHours: ran / STEPS,
    slots: [...groupBy(readings, ({ slot }) => slot).values()].map((ofSlot) => slotOf(ofSlot, gpus, ran)),
    deployments,
  };
};

/** Of readings of one GPU or slice. GPUs of a host weigh all the same. */
const slotOf = (readings: readonly Reading[], gpus: number, steps: number): Slot => ({
  weight: readings[0]!.part / gpus,
  users: readings.flatMap(({ deployment, busy }) =>
    deployment === undefined
      ? []
      : [{ deployment, busyRatio: busy.reduce<number>((sum, value) => sum + (value ?? 0), 0) / steps }],
  ),
  holders: readings.flatMap(({ deployment, held }) =>
    deployment === undefined || held === 0 ? [] : [{ deployment, held }],
  ),
});

/** Part of its GPU: a MIG profile such as 2g.20gb is two of the seven that a GPU has. */
const partOf = (profile: string | undefined): number => {
  const [, parts] = /^(\d)g\./.exec(profile ?? '') ?? [];
  return parts === undefined ? 1 : Number(parts) / 7;
};

const groupBy = <T>(items: readonly T[], of: (item: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(of(item), [...(groups.get(of(item)) ?? []), item]);
  return groups;
};
