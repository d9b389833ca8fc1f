import type { Ask } from '../../query/ask.ts';
import { HOUR } from '../../telemetry/families.ts';
import { ATTRIBUTES, TOKEN_ITEMS, type TokenItem } from '../entry.ts';
import type { Usage } from './types.ts';

const DIMENSIONS = [...ATTRIBUTES, 'client', 'serviceTier'] as const;

/** The catalogue's metric of each number, and the stat that is its sum. */
const METRICS = {
  requests: ['cost.calls', 'count'],
  busyMs: ['cost.busyTime', 'sum'],
  reportedUsd: ['cost.reported', 'sum'],
  reportedRequests: ['cost.reportedCalls', 'count'],
  inputTokens: ['cost.inputTokens', 'sum'],
  outputTokens: ['cost.outputTokens', 'sum'],
  cacheReadTokens: ['cost.cacheReadTokens', 'sum'],
  cacheWrite5mTokens: ['cost.cacheWrite5mTokens', 'sum'],
  cacheWrite1hTokens: ['cost.cacheWrite1hTokens', 'sum'],
} as const satisfies Record<
  'requests' | 'busyMs' | 'reportedUsd' | 'reportedRequests' | TokenItem,
  readonly [string, string]
>;

const isToken = (name: string): name is TokenItem => (TOKEN_ITEMS as readonly string[]).includes(name);

/** The calls of the hours [fromMs, toMs), by all that costs are attributed by; of calls told twice one counts. */
export const readUsage = async (ask: Ask, { fromMs, toMs }: { fromMs: number; toMs: number }): Promise<Usage[]> => {
  const rows = new Map<string, Usage>();
  for (const [name, [metric, stat]] of Object.entries(METRICS)) {
    const { series } = await ask({
      metric,
      stat,
      groupBy: DIMENSIONS.join(','),
      step: `${HOUR / 1000}s`,
      from: String(fromMs),
      to: String(toMs),
    });
    for (const { labels, points } of series) {
      const key = DIMENSIONS.map((dimension) => labels[dimension] ?? '').join('\u001f');
      for (const [startMs, value] of points) {
        if (value === null || value === 0) continue;
        const row = rows.get(`${startMs} ${key}`) ?? blank(startMs, labels);
        rows.set(`${startMs} ${key}`, row);
        if (isToken(name)) row.tokens[name] = value;
        else row[name as Exclude<keyof typeof METRICS, TokenItem>] = value;
      }
    }
  }
  return [...rows.values()];
};

const blank = (startMs: number, labels: Record<string, string>): Usage => {
  const known = Object.fromEntries(DIMENSIONS.flatMap((name) => (labels[name] ? [[name, labels[name]]] : [])));
  return {
    ...known,
    deployment: labels.deployment ?? '',
    startMs,
    requests: 0,
    busyMs: 0,
    tokens: {},
    reportedUsd: 0,
    reportedRequests: 0,
  };
};
