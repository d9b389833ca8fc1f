import type { Inference } from '../core/telemetry/events.ts';
import { MINUTE } from '../core/telemetry/families.ts';
import { indexOf, logNormal, normal, poisson, seedOf, uniform, zipfShares } from './chance.ts';
import { CLIENT_EXPONENT, CLIENTS_PER_TEAM, clientName, FLEET, type FleetDeployment } from './deployments.ts';
import { driftProgress, type Effect, incidentsAt, versionAt } from './incidents.ts';
import { rhythm } from './rhythm.ts';

/** A simulated call: how long it took is always known. */
export type Call = Inference & { latencyMs: number };

/** What a simulated fleet is made from: with the same three, two fleets agree in every event. */
export interface Fleet {
  seed: number;
  /** The hour that incidents are placed against, epoch milliseconds. */
  anchorMs: number;
  /** Of all deployments together, on average over a week. */
  requestsPerMinute: number;
}

const TOTAL_WEIGHT = FLEET.reduce((sum, { weight }) => sum + weight, 0);
const CLIENT_SHARES = zipfShares({ size: CLIENTS_PER_TEAM, exponent: CLIENT_EXPONENT });
const TIMEOUT_MS = 30_000;

/**
 * The calls of one deployment in one minute, by time. `minuteMs` is the minute's start. They depend on nothing but the
 * arguments, so any minute can be asked for again, alone and in any order.
 */
export const inferencesOf = (fleet: Fleet, deployment: FleetDeployment, minuteMs: number): Call[] => {
  const relativeMs = minuteMs - fleet.anchorMs;
  const incidents = incidentsAt(deployment.name, relativeMs);
  if (deployment.weight === 0 || incidents.some(({ effect }) => effect.kind === 'idle')) return [];
  const index = FLEET.indexOf(deployment);
  const random = uniform(seedOf(fleet.seed, index, minuteMs / MINUTE));
  const count = poisson(random, (fleet.requestsPerMinute * deployment.weight * rhythm(minuteMs)) / TOTAL_WEIGHT);
  const base = baseOf(deployment, relativeMs);
  const prefix = `${deployment.name}-${(minuteMs / MINUTE).toString(36)}-`;
  const shares = cumulative(deployment.callers.map(({ share }) => share));
  const calls: Call[] = [];
  for (let i = 0; i < count; i++) {
    const caller = deployment.callers[indexOf(shares, random())]!;
    const client = clientName(caller.team, indexOf(CLIENT_SHARES, random()));
    const call: Call = {
      ...base,
      id: prefix + i,
      timestamp: minuteMs + Math.floor(random() * MINUTE),
      team: caller.team,
      project: caller.project,
      client,
      latencyMs: 0,
      status: 'ok',
    };
    measure(call, deployment, random);
    for (const incident of incidents) suffer(call, incident.effect, driftProgress(incident, relativeMs), random);
    fail(call, deployment.errorRatio, random);
    calls.push(call);
  }
  return calls.sort((a, b) => a.timestamp - b.timestamp);
};

const baseOf = (deployment: FleetDeployment, relativeMs: number) => ({
  kind: 'inference' as const,
  deployment: deployment.name,
  model: deployment.model,
  modelVersion: versionAt(deployment, relativeMs),
  environment: deployment.environment,
  provider: deployment.provider,
  account: deployment.account,
  region: deployment.region,
});

const cumulative = (shares: readonly number[]): number[] => {
  let total = 0;
  return shares.map((share) => {
    total += share;
    return total;
  });
};

const round = (value: number, digits: number) => Math.round(value * 10 ** digits) / 10 ** digits;

/** Fills in what an ordinary, successful call measures. */
const measure = (call: Call, deployment: FleetDeployment, random: () => number): void => {
  const { tokens, features, coldStartRatio } = deployment;
  let latencyMs = logNormal(random, deployment.latency);
  if (tokens) {
    call.endpoint = '/v1/chat/completions';
    call.inputTokens = Math.max(1, Math.round(logNormal(random, tokens.input)));
    call.outputTokens = Math.max(1, Math.round(logNormal(random, tokens.output)));
    call.timeToFirstTokenMs = round(latencyMs, 1);
    latencyMs += call.outputTokens * tokens.msPerOutput * logNormal(random, { median: 1, sigma: 0.1 });
    if (tokens.cachedRatio > 0) {
      call.cacheHit = random() < tokens.cachedRatio;
      if (call.cacheHit) call.cacheReadTokens = Math.floor(call.inputTokens * 0.8);
    }
    if (deployment.gpus) call.queueMs = round(logNormal(random, { median: 6, sigma: 0.9 }), 1);
  } else {
    call.endpoint = '/invocations';
    call.payloadBytes = Math.round(logNormal(random, { median: 900, sigma: 0.3 }));
    call.confidence = round(1 - 0.35 * random() ** 2, 3);
    call.prediction = deployment.groundTruth ? random() < 0.06 : `list-${Math.floor(random() * 50)}`;
  }
  if (coldStartRatio) {
    call.coldStart = random() < coldStartRatio;
    if (call.coldStart) {
      call.coldStartMs = Math.round(logNormal(random, { median: 2400, sigma: 0.25 }));
      latencyMs += call.coldStartMs;
    }
  }
  if (features) {
    call.features = {};
    for (const [name, { mean, deviation }] of Object.entries(features))
      call.features[name] = Math.max(0, round(mean + deviation * normal(random), 1));
  }
  call.latencyMs = round(latencyMs, 1);
};

/** Changes a call by an incident that is under way; `progress` in [0, 1] is how far a drift has come. */
const suffer = (call: Call, effect: Effect, progress: number, random: () => number): void => {
  switch (effect.kind) {
    case 'idle':
      return;
    case 'slower':
      call.latencyMs = round(call.latencyMs * effect.factor, 1);
      if (call.timeToFirstTokenMs !== undefined)
        call.timeToFirstTokenMs = round(call.timeToFirstTokenMs * effect.factor, 1);
      return;
    case 'moreTokens':
      if (call.team !== effect.team || call.client !== effect.client) return;
      call.inputTokens = (call.inputTokens ?? 0) * effect.factor;
      call.outputTokens = (call.outputTokens ?? 0) * effect.factor;
      return;
    case 'drift': {
      const feature = FLEET.find(({ name }) => name === call.deployment)?.features?.[effect.feature];
      const value = call.features?.[effect.feature];
      if (feature && call.features && typeof value === 'number')
        call.features[effect.feature] = round(value + feature.deviation * effect.shift * progress, 1);
      return;
    }
    case 'errors':
      if (random() < effect.ratio) makeFail(call, 'error', effect.errorType);
  }
};

const fail = (call: Call, errorRatio: number, random: () => number): void => {
  if (call.status !== 'ok' || random() >= errorRatio) return;
  const kind = random();
  if (kind < 0.6) makeFail(call, 'error', 'InternalError');
  else if (kind < 0.8) makeFail(call, 'throttled', 'ThrottlingException');
  else {
    makeFail(call, 'timeout', 'Timeout');
    call.latencyMs = TIMEOUT_MS;
  }
};

/** A failed call generated nothing and predicted nothing; it ended early. */
const makeFail = (call: Call, status: string, errorType: string): void => {
  call.status = status;
  call.errorType = errorType;
  call.latencyMs = round(call.latencyMs * 0.4, 1);
  for (const field of ['outputTokens', 'timeToFirstTokenMs', 'prediction', 'confidence', 'cacheReadTokens'] as const)
    delete call[field];
};
