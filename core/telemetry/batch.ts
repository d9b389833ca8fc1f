import type { ModelEvent } from './events.ts';

/** How a metric's points add up: a level, a running total, or an amount since the last point. */
export type SampleKind = 'gauge' | 'counter' | 'delta';

/**
 * One point of one series. A sample is (metric, labels, timestamp): the same one sent twice counts once.
 * A histogram is its Prometheus parts: `<name>_bucket` with label `le`, `<name>_sum`, `<name>_count`, each a counter
 * (or delta). `value` is finite: NaN (Prometheus' staleness mark too) never gets past the door.
 */
export interface Sample {
  metric: string;
  kind: SampleKind;
  labels: Record<string, string>;
  timestamp: number;
  value: number;
}

/** An OTLP span as kept in the archive. Times are epoch milliseconds with fractions; content attributes are gone. */
export interface SpanRecord {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: string;
  timestamp: number;
  durationMs: number;
  status: string;
  statusMessage?: string;
  service?: string;
  resource: Record<string, unknown>;
  attributes: Record<string, unknown>;
  events?: { name: string; timestamp: number; attributes: Record<string, unknown> }[];
}

/** An OTLP log record as kept in the archive. */
export interface LogRecord {
  timestamp: number;
  severity: string;
  body: unknown;
  traceId?: string;
  spanId?: string;
  service?: string;
  resource: Record<string, unknown>;
  attributes: Record<string, unknown>;
}

/** What one accepted request held, past the door. */
export interface BatchContent {
  events: ModelEvent[];
  samples: Sample[];
  spans: SpanRecord[];
  logs: LogRecord[];
}

export const emptyContent = (): BatchContent => ({ events: [], samples: [], spans: [], logs: [] });

/** One accepted request: logged once, rolled up once, archived once. `id` is the same however often it is sent. */
export interface Batch {
  id: string;
  /** Epoch milliseconds of arrival. */
  receivedAt: number;
  content: BatchContent;
}
