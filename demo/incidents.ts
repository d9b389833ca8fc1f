import { DAY, HOUR, MINUTE } from '../core/telemetry/families.ts';

/** What an incident does to the calls of its deployment while it lasts. */
export type Effect =
  | { kind: 'slower'; factor: number }
  | { kind: 'idle' }
  | { kind: 'moreTokens'; team: string; client: string; factor: number }
  | { kind: 'drift'; feature: string; shift: number; accuracy: number }
  | { kind: 'errors'; ratio: number; errorType: string };

/** Times are milliseconds relative to the anchor, the hour at which the demo was first started; `toMs` null = it goes on. */
export interface Incident {
  name: string;
  deployment: string;
  fromMs: number;
  toMs: number | null;
  effect: Effect;
  /** What somebody who looks should find. */
  story: string;
}

/** When versions changed. The last of support-copilot is the one that made it slow; the others are harmless. */
export const RELEASES: readonly {
  deployment: string;
  atMs: number;
  version: string;
  previous: string;
  user: string;
}[] = [
  { deployment: 'product-ranker', atMs: -15 * DAY, version: '32', previous: '31', user: 'ada' },
  { deployment: 'fraud-scorer', atMs: -12 * DAY, version: '15', previous: '14', user: 'noor' },
  { deployment: 'search-answers', atMs: -8 * DAY - 3 * HOUR, version: '2.4.0', previous: '2.3.0', user: 'ada' },
  { deployment: 'support-copilot', atMs: -77 * HOUR, version: '1.9.0', previous: '1.8.0', user: 'sam' },
];

export const INCIDENTS: readonly Incident[] = [
  {
    name: 'latency regression after a release',
    deployment: 'support-copilot',
    fromMs: -77 * HOUR,
    toMs: null,
    effect: { kind: 'slower', factor: 2.2 },
    story:
      'Version 1.9.0 of support-copilot answers 2.2 times slower than 1.8.0, at every percentile, from its release on.',
  },
  {
    name: 'idle GPU',
    deployment: 'growth-copywriter',
    fromMs: -5 * DAY,
    toMs: null,
    effect: { kind: 'idle' },
    story:
      'Nobody calls growth-copywriter any more: its GPU is 0 to 2 % busy while the instance goes on costing. Nobody owns it.',
  },
  {
    name: 'cost spike',
    deployment: 'chat-gateway',
    fromMs: -44 * HOUR,
    toMs: -39 * HOUR,
    effect: { kind: 'moreTokens', team: 'growth', client: 'growth-app-01', factor: 6 },
    story: 'One client of team growth sends and receives 6 times its usual tokens through chat-gateway for five hours.',
  },
  {
    name: 'drifting feature',
    deployment: 'fraud-scorer',
    fromMs: -6 * DAY,
    toMs: null,
    effect: { kind: 'drift', feature: 'amount', shift: 1.5, accuracy: 0.86 },
    story:
      'The mean of feature amount of fraud-scorer grows by 1.5 standard deviations within six days; accuracy falls from 0.95 to 0.86.',
  },
  {
    name: 'error burst',
    deployment: 'product-ranker',
    fromMs: -30 * HOUR,
    toMs: -30 * HOUR + 40 * MINUTE,
    effect: { kind: 'errors', ratio: 0.25, errorType: 'UpstreamUnavailable' },
    story: 'A quarter of the calls of product-ranker fail for 40 minutes.',
  },
];

/** How far a drift has come, 0 at its start to 1 at the anchor and after it. */
export const driftProgress = (incident: Incident, relativeMs: number): number =>
  Math.min(1, (relativeMs - incident.fromMs) / -incident.fromMs);

/** The incidents of a deployment under way at a time relative to the anchor; the start is included, the end is not. */
export const incidentsAt = (deployment: string, relativeMs: number): Incident[] =>
  INCIDENTS.filter(
    (incident) =>
      incident.deployment === deployment &&
      relativeMs >= incident.fromMs &&
      (incident.toMs === null || relativeMs < incident.toMs),
  );

/** The version of a deployment at a time relative to the anchor. */
export const versionAt = ({ name, firstVersion }: { name: string; firstVersion: string }, relativeMs: number): string =>
  RELEASES.findLast(({ deployment, atMs }) => deployment === name && atMs <= relativeMs)?.version ?? firstVersion;
