import type { BatchLog, Principal, Receipt } from '../ports.ts';
import { namespacesOf, planReads, type Source } from '../sources/cloudWatch/plan.ts';
import type { ProviderMetrics } from '../sources/cloudWatch/port.ts';
import { samplesOf } from '../sources/cloudWatch/samples.ts';
import { readWindow } from '../sources/cloudWatch/window.ts';
import { emptyContent, type Sample } from '../telemetry/batch.ts';
import { ingest } from './ingest.ts';

interface Ports {
  metrics: ProviderMetrics;
  log: Pick<BatchLog, 'append'>;
  /** The same hexadecimal text for the same text, another for any other. */
  hash: (text: string) => string;
}

/** What one read is about. */
export interface ReadRequest {
  sources: readonly Source[];
  /** Of the metrics; labels of every sample. */
  account: string;
  region: string;
  nowMs: number;
  /** How often it is read. */
  everyMin: number;
  /** Bounds the provider's bill. */
  maxMetrics: number;
}

/** What became of one read. */
export interface ReadReport {
  fromMs: number;
  toMs: number;
  metrics: number;
  samples: number;
  /** Known metrics with data that the bound had no room for; a lower bound when there were too many to list (`isListed` false). */
  leftOut: number;
  isListed: boolean;
  /** Metrics that the provider could not answer for now; the next read's window has them again. */
  failed: number;
  receipts: Receipt[];
}

/** Whose doing it is, in logs and in what the batch log keeps. */
const READER: Principal = { id: 'source:cloudwatch', roles: ['writer'], teams: [] };
/** Series that are listed of one namespace. */
const MAX_LISTED = 5_000;
/** Samples of one batch. */
const BATCH_SAMPLES = 10_000;

/**
 * Reads what a provider's own metrics say of the last minutes into the log. Windows of reads overlap, for values that come late:
 * a point that was read before counts once. A batch's id is made of source, window and content, so a retry keeps nothing, and a
 * retry that sees more adds it.
 *
 * @throws AppError overloaded and storageFailed when the provider does not answer, or from the log
 */
export const readProviderMetrics =
  ({ metrics, log, hash }: Ports) =>
  async (request: ReadRequest): Promise<ReadReport> => {
    const { sources, account, region, nowMs, maxMetrics } = request;
    const window = readWindow(request);
    const listed = await Promise.all(
      namespacesOf(sources).map((namespace) => metrics.recentlyActive(namespace, MAX_LISTED)),
    );
    const plan = planReads(
      listed.flatMap(({ series }) => series),
      maxMetrics,
    );
    const { points, failed } = await metrics.read({
      metrics: plan.metrics.map(({ series, readings }) => ({ series, stats: readings.map(({ stat }) => stat) })),
      fromMs: window.fromMs,
      toMs: window.toMs,
    });
    const labels = { account, region };
    const samples = samplesOf(plan.metrics, points, { labels, settledMs: window.settledMs });
    const ownSamples = readSamples({ read: plan.metrics.length, leftOut: plan.leftOut, atMs: window.toMs, labels });
    const all = plan.metrics.length + plan.leftOut > 0 ? [...samples, ...ownSamples] : [];

    const receipts: Receipt[] = [];
    for (let first = 0; first < all.length; first += BATCH_SAMPLES) {
      const part = all.slice(first, first + BATCH_SAMPLES);
      const id = hash(JSON.stringify(['cloudwatch', account, region, window.fromMs, window.toMs, first, part]));
      const decoded = {
        content: { ...emptyContent(), samples: part },
        accepted: part.length,
        rejected: [],
        noted: [],
      };
      receipts.push(await ingest({ log })(READER, { decoded, receivedAt: nowMs, id, fingerprint: id }));
    }
    return {
      ...window,
      metrics: plan.metrics.length,
      samples: samples.length,
      leftOut: plan.leftOut,
      isListed: listed.every(({ isAll }) => isAll),
      failed,
      receipts,
    };
  };

/** What the read says of itself; an account without any of it is told nothing. */
const readSamples = (of: {
  read: number;
  leftOut: number;
  atMs: number;
  labels: Readonly<Record<string, string>>;
}): Sample[] =>
  [
    { metric: 'source.metricsRead', value: of.read },
    { metric: 'source.metricsLeftOut', value: of.leftOut },
  ].map(({ metric, value }) => ({
    metric,
    kind: 'gauge' as const,
    labels: { source: 'cloudwatch', ...of.labels },
    timestamp: of.atMs,
    value,
  }));
