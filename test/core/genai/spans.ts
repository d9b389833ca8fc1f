import type { SpanRecord } from '../../../core/telemetry/batch.ts';

let next = 0;

/** A span of one trace; `call` makes it a chat of model m. */
export const aSpan = (fields: Partial<SpanRecord> = {}): SpanRecord => ({
  traceId: 't',
  spanId: `s${next++}`,
  name: 'span',
  kind: 'internal',
  timestamp: 1_748_779_200_000,
  durationMs: 120,
  status: 'unset',
  resource: {},
  attributes: {},
  ...fields,
});

export const aCall = (attributes: Record<string, unknown> = {}, fields: Partial<SpanRecord> = {}): SpanRecord =>
  aSpan({
    kind: 'client',
    attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm', ...attributes },
    ...fields,
  });
