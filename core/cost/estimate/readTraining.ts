import type { Ask } from '../../query/ask.ts';
import { HOUR } from '../../telemetry/families.ts';
import { ATTRIBUTES } from '../entry.ts';
import type { TrainingRun } from './types.ts';

const GROUP = ['job', 'status', 'instanceType', ...ATTRIBUTES].join(',');

/** The training jobs that ended in the hours [fromMs, toMs), with what they kept and cost. */
export const readTraining = async (
  ask: Ask,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Promise<TrainingRun[]> => {
  const runs = new Map<string, TrainingRun>();
  const read = async (metric: string, set: (run: TrainingRun, value: number) => void) => {
    const { series } = await ask({
      metric,
      stat: 'sum',
      groupBy: GROUP,
      filter: 'status:completed,failed,stopped',
      step: '1h',
      from: String(fromMs),
      to: String(toMs),
    });
    for (const { labels, points } of series)
      for (const [startMs, value] of points) {
        if (value === null || value === 0) continue;
        const key = JSON.stringify([startMs, labels]);
        const run = runs.get(key) ?? {
          startMs,
          job: labels.job ?? '',
          status: labels.status ?? '',
          instanceType: labels.instanceType || undefined,
          instanceHours: 0,
          reportedUsd: undefined,
          attributes: Object.fromEntries(ATTRIBUTES.flatMap((name) => (labels[name] ? [[name, labels[name]]] : []))),
        };
        set(run, value);
        runs.set(key, run);
      }
  };
  await read('training.instanceTime', (run, value) => {
    run.instanceHours = value / HOUR;
  });
  await read('training.cost', (run, value) => {
    run.reportedUsd = value;
  });
  return [...runs.values()];
};

/** The deployments that told of training in [fromMs, toMs), ended or not. */
export const readTrainers = async (
  ask: Ask,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Promise<ReadonlySet<string>> => {
  const { series } = await ask({
    metric: 'training.reports',
    groupBy: 'deployment',
    step: 'all',
    from: String(fromMs),
    to: String(toMs),
  });
  return new Set(series.flatMap(({ labels }) => labels.deployment || []));
};
