/** Requests for the crash test and what they add up to, known exactly: all numbers that are summed are integers. */

export interface CrashRequest {
  /** Goes as the Idempotency-Key. */
  key: string;
  path: '/v1/events' | '/v1/metrics';
  body: string;
  adds: Tally;
}

/** Numbers by name: `inference.requests`, `inference.requests deployment=a`, … */
export type Tally = ReadonlyMap<string, number>;

export const sumOf = (tallies: readonly Tally[]): Map<string, number> => {
  const total = new Map<string, number>();
  for (const tally of tallies) for (const [name, value] of tally) total.set(name, (total.get(name) ?? 0) + value);
  return total;
};

const DAY = 86_400_000;

/** One request in five is of some time in the last 34 days, as from a client that was offline; so is one event in a hundred. */
const anyTime = (random: () => number, nowMs: number) => nowMs - random() * 34 * DAY;
const timeOfRequest = (random: () => number, nowMs: number): number =>
  random() < 0.2 ? anyTime(random, nowMs) : nowMs;
const timeOf = (random: () => number, requestMs: number, nowMs: number): number =>
  Math.floor(random() < 0.01 ? anyTime(random, nowMs) : requestMs - random() * 60_000);

const inference = (random: () => number, timestamp: number) => ({
  kind: 'inference',
  timestamp,
  deployment: `deployment-${Math.floor(random() * 5)}`,
  model: 'model-1',
  team: `team-${Math.floor(random() * 3)}`,
  client: `client-${Math.floor(random() * 50)}`,
  latencyMs: 1 + Math.floor(random() * 5000),
  status: random() < 0.1 ? 'error' : 'ok',
  inputTokens: Math.floor(random() * 4000),
  outputTokens: Math.floor(random() * 1000),
});

const outcome = (random: () => number, timestamp: number) => ({
  kind: 'outcome',
  timestamp,
  deployment: `deployment-${Math.floor(random() * 5)}`,
  correct: random() < 0.7,
});

const eventRequest = (key: string, random: () => number, nowMs: number): CrashRequest => {
  const requestMs = timeOfRequest(random, nowMs);
  const timestamp = () => timeOf(random, requestMs, nowMs);
  const calls = Array.from({ length: 1 + Math.floor(random() * 200) }, () => inference(random, timestamp()));
  const outcomes = Array.from({ length: Math.floor(random() * 20) }, () => outcome(random, timestamp()));
  const adds = new Map<string, number>();
  const add = (name: string, value: number) => adds.set(name, (adds.get(name) ?? 0) + value);
  for (const call of calls) {
    add('inference.requests', 1);
    add(`inference.requests deployment=${call.deployment}`, 1);
    add(`inference.requests team=${call.team}`, 1);
    add(`inference.requests client=${call.client}`, 1);
    add('inference.errors', call.status === 'error' ? 1 : 0);
    add('inference.latency', call.latencyMs);
    add('inference.inputTokens', call.inputTokens);
    add('inference.outputTokens', call.outputTokens);
  }
  add('outcome.outcomes', outcomes.length);
  add('outcome.correct', outcomes.filter(({ correct }) => correct).length);
  return { key, path: '/v1/events', body: JSON.stringify([...calls, ...outcomes]), adds };
};

/** An OTLP counter's increase, one point of a time that no other request has. */
const metricRequest = (key: string, index: number, random: () => number, nowMs: number): CrashRequest => {
  const increase = 1 + Math.floor(random() * 100);
  const timeMs = Math.floor(nowMs) - DAY + index * 1000;
  const point = { timeUnixNano: `${timeMs}000000`, startTimeUnixNano: `${timeMs - 1000}000000`, asInt: `${increase}` };
  const metric = {
    name: 'crash.work',
    unit: '1',
    sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints: [point] },
  };
  const body = { resourceMetrics: [{ resource: { attributes: [] }, scopeMetrics: [{ metrics: [metric] }] }] };
  return { key, path: '/v1/metrics', body: JSON.stringify(body), adds: new Map([['crash.work', increase]]) };
};

/** Request number `index` of the run; one in ten is OTLP, the others are events of two kinds. */
export const crashRequest = (index: number, random: () => number, nowMs: number): CrashRequest => {
  const key = `crash-${index}`;
  return index % 10 === 9 ? metricRequest(key, index, random, nowMs) : eventRequest(key, random, nowMs);
};
