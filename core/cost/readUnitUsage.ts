import type { Ask } from '../query/ask.ts';
import { HOUR } from '../telemetry/families.ts';
import type { CostLabels } from './entry.ts';
import type { Usage } from './unitCosts.ts';

const GROUP = ['deployment', 'modelVersion', 'team'] as const;

interface Read {
  metric: string;
  stat: string;
  filter?: string;
  /** Also grouped by it: its groups are added up. */
  each?: string;
  set: (usage: Usage, value: number) => void;
}

/** Adds to one of the usage's numbers. */
const add =
  (name: Exclude<keyof Usage, 'latencyMs'>, factor = 1) =>
  (usage: Usage, value: number): void => {
    usage[name] = (usage[name] ?? 0) + value * factor;
  };

const READS: readonly Read[] = [
  { metric: 'inference.requests', stat: 'count', set: add('requests') },
  { metric: 'inference.inputTokens', stat: 'sum', set: add('inputTokens') },
  { metric: 'inference.outputTokens', stat: 'sum', set: add('outputTokens') },
  {
    metric: 'inference.latency',
    stat: 'p50',
    set: (usage, value) => {
      usage.latencyMs = value;
    },
  },
  { metric: 'training.instanceTime', stat: 'sum', set: add('trainingHours', 1 / HOUR) },
  {
    metric: 'training.instanceTime',
    stat: 'sum',
    filter: 'status:failed',
    set: add('failedTrainingHours', 1 / HOUR),
  },
  { metric: 'training.epoch', stat: 'max', each: 'job', set: add('epochs') },
];

/** What was done in [fromMs, toMs), whole days, by deployment, version and the team that used it. */
export const readUnitUsage =
  (ask: Ask) =>
  async ({ fromMs, toMs }: { fromMs: number; toMs: number }): Promise<{ labels: CostLabels; usage: Usage }[]> => {
    const rows = new Map<string, { labels: CostLabels; usage: Usage }>();
    for (const { metric, stat, filter, each, set } of READS) {
      const { series } = await ask({
        metric,
        stat,
        groupBy: [...GROUP, ...(each === undefined ? [] : [each])].join(','),
        ...(filter === undefined ? {} : { filter }),
        step: 'all',
        from: String(fromMs),
        to: String(toMs),
      });
      for (const { labels, points } of series) {
        const value = points[0]?.[1] ?? null;
        if (value === null) continue;
        const known = Object.fromEntries(GROUP.flatMap((name) => (labels[name] ? [[name, labels[name]]] : [])));
        const key = JSON.stringify(known);
        const row = rows.get(key) ?? { labels: known, usage: {} };
        rows.set(key, row);
        set(row.usage, value);
      }
    }
    return [...rows.values()];
  };
