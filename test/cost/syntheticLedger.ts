import type { CostEntry, CostLabels } from '../../core/cost/entry.ts';

const HOUR = 3_600_000;

/** Chance with a seed (Mulberry32): the same seed gives the same numbers. */
export const chanceOf = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** A standard normal number (Box and Muller). */
export const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

export interface Spike {
  deployment: string;
  team: string;
  client: string;
  factor: number;
  fromMs: number;
  toMs: number;
}

const TEAMS = ['search', 'support', 'growth', 'fraud'];
const DEPLOYMENTS = [
  { deployment: 'chat-gateway', model: 'large', requestsPerHour: 360, inputUsd: 3e-6, outputUsd: 15e-6 },
  { deployment: 'summaries', model: 'small', requestsPerHour: 240, inputUsd: 0.8e-6, outputUsd: 4e-6 },
  { deployment: 'answers', model: 'medium', requestsPerHour: 120, inputUsd: 2e-6, outputUsd: 8e-6 },
];
const CLIENTS_PER_TEAM = 3;

/** Busy in the afternoon, quiet at weekends; 1 on average. */
const busyAt = (atMs: number): number => {
  const hour = (atMs / HOUR) % 24;
  const weekday = (Math.floor(atMs / (24 * HOUR)) + 4) % 7;
  return (1 + 0.6 * Math.cos(((hour - 14) / 12) * Math.PI)) * (weekday === 0 || weekday === 6 ? 0.7 : 1.12);
};

/**
 * Hourly entries of a small fleet: three deployments called by twelve clients of four teams, priced by tokens, and two GPU hosts
 * by the hour. Requests are Poisson-like, tokens of a request vary by half.
 */
export const syntheticLedger = ({
  seed,
  toMs,
  days,
  spike,
}: {
  seed: number;
  toMs: number;
  days: number;
  spike?: Spike;
}): CostEntry[] => {
  const random = chanceOf(seed);
  const entries: CostEntry[] = [];
  for (let startMs = toMs - days * 24 * HOUR; startMs < toMs; startMs += HOUR) {
    for (const host of ['gpu-1', 'gpu-2'])
      entries.push({
        startMs,
        labels: {
          deployment: `on-${host}`,
          team: 'search',
          resource: host,
          operation: 'inference',
          item: 'instanceHours',
        },
        quantity: 1,
        cost: 4.6,
      });
    for (const { deployment, model, requestsPerHour, inputUsd, outputUsd } of DEPLOYMENTS)
      for (const team of TEAMS)
        for (let i = 1; i <= CLIENTS_PER_TEAM; i++) {
          const client = `${team}-app-0${i}`;
          const mean = (requestsPerHour / TEAMS.length / CLIENTS_PER_TEAM) * busyAt(startMs);
          const requests = Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
          const isSpike =
            spike?.deployment === deployment &&
            spike.client === client &&
            startMs >= spike.fromMs &&
            startMs < spike.toMs;
          const tokens = (perRequest: number) =>
            Math.max(0, requests * perRequest + Math.sqrt(requests) * perRequest * 0.5 * normal(random)) *
            (isSpike ? spike.factor : 1);
          const labels: CostLabels = { deployment, model, team, client, operation: 'inference' };
          const [input, output] = [tokens(1500), tokens(400)];
          entries.push(
            { startMs, labels: { ...labels, item: 'inputTokens' }, quantity: input, cost: input * inputUsd },
            { startMs, labels: { ...labels, item: 'outputTokens' }, quantity: output, cost: output * outputUsd },
          );
        }
  }
  return entries;
};

/** The same entries by day. */
export const byDay = (entries: readonly CostEntry[]): CostEntry[] => {
  const days = new Map<string, CostEntry>();
  for (const { startMs, labels, quantity, cost } of entries) {
    const dayMs = Math.floor(startMs / (24 * HOUR)) * 24 * HOUR;
    const key = JSON.stringify([dayMs, labels]);
    const day = days.get(key);
    if (!day) days.set(key, { startMs: dayMs, labels, quantity, cost });
    else {
      day.quantity += quantity;
      day.cost = day.cost === null || cost === null ? null : day.cost + cost;
    }
  }
  return [...days.values()];
};
