import { memoryBatchLog } from '../../adapters/memory/batchLog.ts';
import { memoryDeploymentStore } from '../../adapters/memory/deploymentStore.ts';
import { memoryRollupStore } from '../../adapters/memory/rollupStore.ts';
import { zstd } from '../../adapters/zstd.ts';
import type { Principal, RollupStore } from '../../core/ports.ts';
import { type CardinalityLimits, cardinalityGuard, DEFAULT_LIMITS } from '../../core/rollups/cardinality.ts';
import { blockReader } from '../../core/rollups/openBlocks.ts';
import { type BatchContent, emptyContent, type Sample, type SampleKind } from '../../core/telemetry/batch.ts';
import type { Inference, ModelEvent } from '../../core/telemetry/events.ts';
import { DAY, HOUR, MINUTE } from '../../core/telemetry/families.ts';
import { catalog, dimensionValues } from '../../core/usecases/catalog.ts';
import { compact } from '../../core/usecases/compact.ts';
import { expireRollups, type RollupRetention } from '../../core/usecases/expireRollups.ts';
import { type QueryAnswer, runQuery } from '../../core/usecases/query.ts';
import { applyBatches, rollUp } from '../../core/usecases/rollUp.ts';

/** Midnight of a Wednesday, UTC, and a moment a day and a half later. */
export const T0 = Date.parse('2026-03-04T00:00:00Z');
export const NOW = T0 + DAY + 12 * HOUR;

const reader: Principal = { id: 'test', roles: ['reader'], teams: [] };

/** Everything behind the door, in memory; `wrap` puts something between the use cases and the store. */
export const world = (
  options: { limits?: Partial<CardinalityLimits>; wrap?: (store: RollupStore) => RollupStore } = {},
) => {
  const store = memoryRollupStore();
  const rollups = options.wrap?.(store) ?? store;
  const compression = zstd(1);
  const newGuard = () => cardinalityGuard({ ...DEFAULT_LIMITS, ...options.limits });
  const ports = { log: memoryBatchLog(), rollups, deployments: memoryDeploymentStore(), compression };
  const queryPorts = { rollups, reader: blockReader({ rollups, compression }, 50_000_000) };
  let guard = newGuard();
  let sent = 0;

  return {
    store,
    ports: () => ({ ...ports, guard }),
    queryPorts,
    /** What is only in memory is gone. */
    restart() {
      guard = newGuard();
    },
    /** Puts one batch into the log; with an id that was sent before it is a retry. */
    async send(content: Partial<BatchContent>, id = `batch-${++sent}`, receivedAt = NOW) {
      const batch = { id, receivedAt, content: { ...emptyContent(), ...content } };
      const receipt = { batchId: id, accepted: 1, rejected: 0 };
      return (await ports.log.append({ batch, fingerprint: id, receipt })).kind;
    },
    /** As if the log had lost its marks: the batch comes once more. */
    redeliver: (content: Partial<BatchContent>, id: string) =>
      applyBatches({ ...ports, guard })(
        [{ id, receivedAt: NOW, content: { ...emptyContent(), ...content } }],
        NOW + MINUTE,
      ),
    async roll(nowMs = NOW) {
      while ((await rollUp({ ...ports, guard })(nowMs)) > 0);
    },
    compact: (nowMs = NOW) => compact({ rollups, compression })(nowMs, { all: true }),
    expire: (retention: RollupRetention, nowMs = NOW, installedMs = NOW) =>
      expireRollups({ rollups }, retention, installedMs)(nowMs),
    /** Parameters as in the address of a query. */
    ask: (params: string | URLSearchParams, nowMs = NOW): Promise<QueryAnswer> =>
      runQuery(queryPorts)(reader, new URLSearchParams(params), nowMs),
    catalog: () => catalog(queryPorts)(reader),
    values: (name: string, params = '') => dimensionValues(queryPorts)(reader, name, new URLSearchParams(params), NOW),
  };
};

export type World = ReturnType<typeof world>;

/** An inference event that says all of its own dimensions, so that nothing depends on what the registry has learned. */
export const call = (more: Partial<Inference> = {}): ModelEvent => ({
  kind: 'inference',
  timestamp: T0,
  deployment: 'chat',
  model: 'llama',
  modelVersion: '1',
  variant: 'a',
  team: 'search',
  project: 'shop',
  environment: 'production',
  provider: 'vllm',
  account: '1',
  region: 'eu',
  latencyMs: 100,
  status: 'ok',
  ...more,
});

export const sample = (
  metric: string,
  kind: SampleKind,
  timestamp: number,
  value: number,
  labels: Record<string, string> = {},
): Sample => ({ metric, kind, labels, timestamp, value });

/** A range as query parameters. */
export const range = (fromMs: number, toMs: number) => `&from=${fromMs}&to=${toMs}`;

/** The values of the only series, or of the one with that stat. */
export const valuesOf = (answer: QueryAnswer, stat?: string): (number | null)[] => {
  const series = answer.series.filter((each) => stat === undefined || each.stat === stat);
  if (series.length !== 1) throw new Error(`expected one series, got ${JSON.stringify(answer.series).slice(0, 500)}`);
  return series[0]!.points.map(([, value]) => value);
};

/** The only value of each series, by a label. */
export const byLabel = (answer: QueryAnswer, label: string): Record<string, number | null> =>
  Object.fromEntries(answer.series.map(({ labels, points }) => [labels[label]!, points[0]![1]]));

export const sumOf = (values: readonly (number | null)[]): number =>
  values.reduce((sum: number, value) => sum + (value ?? 0), 0);

/** Type 7 of Hyndman and Fan on the values themselves. */
export const exactQuantile = (values: readonly number[], q: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = q * (sorted.length - 1);
  const low = sorted[Math.floor(rank)]!;
  const high = sorted[Math.ceil(rank)]!;
  return low + (rank - Math.floor(rank)) * (high - low);
};

/** Time that a property may take, milliseconds. */
export const LONG_MS = process.env.MODELMETER_LONG ? 600_000 : 30_000;

/** Runs of a property: a few by default, many in the long suite. */
export const runs = (few: number, many: number) => ({ numRuns: process.env.MODELMETER_LONG ? many : few });
