import type { BatchContent } from '../../core/telemetry/batch.ts';

/** Seconds that are shown. */
const WINDOW_S = 300;
const RECENT = 20;

export interface Arrival {
  t: number;
  kind: string;
  deployment: string;
  summary: string;
}

interface Second {
  t: number;
  events: number;
  samples: number;
  spans: number;
  logs: number;
}

/** What came through the door since the start, for the page and `/healthz`. In memory: a restart begins anew. */
export const trafficMeter = () => {
  const received = { events: 0, samples: 0, spans: 0, logs: 0, batches: 0, rejected: 0, duplicates: 0 };
  const kinds: Record<string, number> = {};
  const seconds: Second[] = [];
  const recent: Arrival[] = [];

  return {
    accepted(content: BatchContent, rejected: number, nowMs: number) {
      const t = Math.floor(nowMs / 1000) * 1000;
      // Requests finish out of order: theirs may be one of the last few seconds.
      let second = seconds.findLast((one) => one.t <= t);
      if (second?.t !== t) {
        second = { t, events: 0, samples: 0, spans: 0, logs: 0 };
        seconds.splice(seconds.findLastIndex((one) => one.t < t) + 1, 0, second);
        if (seconds.length > WINDOW_S) seconds.shift();
      }
      for (const what of ['events', 'samples', 'spans', 'logs'] as const) {
        received[what] += content[what].length;
        second[what] += content[what].length;
      }
      received.batches++;
      received.rejected += rejected;
      for (let i = 0; i < content.events.length; ) {
        // Events of a kind come in runs: one look-up for each run.
        const { kind } = content.events[i]!;
        const from = i;
        while (i < content.events.length && content.events[i]!.kind === kind) i++;
        kinds[kind] = (kinds[kind] ?? 0) + i - from;
      }
      if (content.samples.length > 0) kinds.sample = (kinds.sample ?? 0) + content.samples.length;
      if (content.spans.length > 0) kinds.span = (kinds.span ?? 0) + content.spans.length;
      if (content.logs.length > 0) kinds.log = (kinds.log ?? 0) + content.logs.length;
      const newest = newestOf(content, nowMs);
      if (newest) recent.unshift(newest);
      if (recent.length > RECENT) recent.pop();
    },
    duplicate() {
      received.duplicates++;
    },
    snapshot: (nowMs: number) => ({
      received: { ...received },
      receivedPerSecond: seconds.filter(({ t }) => t > nowMs - WINDOW_S * 1000),
      kinds: { ...kinds },
      recent: [...recent],
    }),
  };
};

export type TrafficMeter = ReturnType<typeof trafficMeter>;

/** One line for the newest thing of a batch. */
const newestOf = ({ events, samples, spans, logs }: BatchContent, t: number): Arrival | undefined => {
  const event = events.at(-1);
  if (event) {
    const more = events.length > 1 ? `, and ${events.length - 1} more` : '';
    return { t, kind: event.kind, deployment: String(event.deployment ?? ''), summary: summaryOf(event) + more };
  }
  const sample = samples.at(-1);
  if (sample) {
    const summary = `${sample.metric} = ${sample.value}, and ${samples.length - 1} more`;
    return { t, kind: 'sample', deployment: sample.labels.deployment ?? sample.labels.service ?? '', summary };
  }
  const span = spans.at(-1);
  if (span)
    return {
      t,
      kind: 'span',
      deployment: span.service ?? '',
      summary: `${span.name}, ${span.durationMs.toFixed(1)} ms`,
    };
  const log = logs.at(-1);
  return log && { t, kind: 'log', deployment: log.service ?? '', summary: log.severity };
};

const summaryOf = (event: BatchContent['events'][number]): string => {
  switch (event.kind) {
    case 'inference':
      return [event.model, event.status, event.latencyMs === undefined ? undefined : `${event.latencyMs} ms`]
        .filter((part) => part !== undefined)
        .join(', ');
    case 'training':
      return `${event.job} ${event.status}`;
    case 'deployment':
      return `${event.action} ${event.modelVersion ?? ''}`.trim();
    case 'activity':
      return event.action;
    case 'security':
      return `${event.category} ${event.outcome}`;
    default:
      return event.kind;
  }
};
