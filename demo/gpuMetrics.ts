import { MINUTE } from '../core/telemetry/families.ts';
import { seedOf } from './chance.ts';
import { FLEET, type FleetDeployment } from './deployments.ts';
import { incidentsAt } from './incidents.ts';
import type { Fleet } from './inferences.ts';
import { attributes, nanos, type OtlpMetric, type ResourceMetrics } from './otlp.ts';
import { resourceOf } from './resource.ts';
import { rhythm } from './rhythm.ts';
import { isTraining } from './sideEvents.ts';

interface Gpu {
  memoryMiB: number;
  idleW: number;
  fullW: number;
}

/** Gauges of NVIDIA's dcgm-exporter, by its names; `busy` and `noise` are in [0, 1]. */
const GAUGES: readonly { name: string; unit: string; of: (at: { busy: number; noise: number; gpu: Gpu }) => number }[] =
  [
    { name: 'DCGM_FI_DEV_GPU_UTIL', unit: '%', of: ({ busy }) => Math.round(busy * 100) },
    // vLLM takes nine tenths of the memory at its start, busy or not.
    {
      name: 'DCGM_FI_DEV_FB_USED',
      unit: 'MiB',
      of: ({ gpu, noise }) => Math.round(gpu.memoryMiB * (0.9 + 0.02 * noise)),
    },
    {
      name: 'DCGM_FI_DEV_FB_FREE',
      unit: 'MiB',
      of: ({ gpu, noise }) => Math.round(gpu.memoryMiB * (0.1 - 0.02 * noise)),
    },
    {
      name: 'DCGM_FI_DEV_POWER_USAGE',
      unit: 'W',
      of: ({ busy, gpu }) => Math.round(gpu.idleW + busy * (gpu.fullW - gpu.idleW)),
    },
    { name: 'DCGM_FI_DEV_GPU_TEMP', unit: 'Cel', of: ({ busy, noise }) => Math.round(31 + 44 * busy + 3 * noise) },
  ];

/** What the GPU hosts of the fleet report at these times (epoch milliseconds), one resource a host. */
export const gpuMetrics = (fleet: Fleet, times: readonly number[]): ResourceMetrics[] =>
  FLEET.flatMap((deployment) => {
    const { gpus } = deployment;
    const on = times.filter((atMs) => deployment.weight > 0 || isTraining(atMs));
    if (!gpus || on.length === 0) return [];
    const cards = Array.from({ length: gpus.count }, (_, card) => ({
      card,
      labels: attributes({
        gpu: String(card),
        UUID: `GPU-${gpus.host}-${card}`,
        modelName: gpus.name,
        Hostname: gpus.host,
      }),
    }));
    const metrics = GAUGES.map(({ name, unit, of }): OtlpMetric => {
      const dataPoints = cards.flatMap(({ card, labels }) =>
        on.map((atMs) => ({
          attributes: labels,
          timeUnixNano: nanos(atMs),
          asDouble: of({ ...loadOf(fleet, deployment, card, atMs), gpu: gpus }),
        })),
      );
      return { name, unit, gauge: { dataPoints } };
    });
    const resource = {
      attributes: resourceOf(deployment, deployment, {
        'host.name': gpus.host,
        'host.type': deployment.instanceType ?? '',
      }),
    };
    return [{ resource, scopeMetrics: [{ scope: { name: 'dcgm-exporter' }, metrics }] }];
  });

/** How busy one GPU is, in [0, 1], and a number of chance beside it: 0 to 2 % when idle, high and even when training. */
const loadOf = (fleet: Fleet, deployment: FleetDeployment, card: number, atMs: number) => {
  const chance = (salt: number) =>
    seedOf(fleet.seed, salt, FLEET.indexOf(deployment), card, Math.floor(atMs / MINUTE)) / 0x1_0000_0000;
  const noise = chance(201);
  const isIdle = incidentsAt(deployment.name, atMs - fleet.anchorMs).some(({ effect }) => effect.kind === 'idle');
  if (isIdle) return { busy: 0.02 * noise, noise };
  if (deployment.weight === 0) return { busy: 0.88 + 0.1 * noise, noise };
  return { busy: Math.min(1, 0.1 + 0.4 * rhythm(atMs) + 0.12 * (noise - 0.5)), noise };
};
