import type { Inference, ModelEvent } from '../core/telemetry/events.ts';
import { DAY, HOUR, MINUTE } from '../core/telemetry/families.ts';
import { indexOf, poisson, seedOf, uniform, zipfShares } from './chance.ts';
import { FLEET, type FleetDeployment } from './deployments.ts';
import { driftProgress, incidentsAt, RELEASES, versionAt } from './incidents.ts';
import { type Fleet, inferencesOf } from './inferences.ts';
import { rhythm } from './rhythm.ts';

/** Everything but inferences that happens in one minute, by time. Like `inferencesOf`, it depends on its arguments only. */
export const sideEventsOf = (fleet: Fleet, minuteMs: number): ModelEvent[] =>
  [
    ...FLEET.flatMap((deployment) => outcomes(fleet, deployment, minuteMs)),
    ...releases(fleet, minuteMs),
    ...training(fleet, minuteMs),
    ...activities(fleet, minuteMs),
    ...security(fleet, minuteMs),
  ].sort((a, b) => a.timestamp - b.timestamp);

const STREAM = { outcomes: 101, activities: 102, security: 103, training: 104 };

const randomOf = (fleet: Fleet, stream: number, minuteMs: number) =>
  uniform(seedOf(fleet.seed, stream, minuteMs / MINUTE));

const outcomes = (fleet: Fleet, deployment: FleetDeployment, minuteMs: number): ModelEvent[] => {
  const { groundTruth, feedback } = deployment;
  const source = groundTruth ?? feedback;
  if (!source) return [];
  const delayMs = source.delayMin * MINUTE;
  const random = uniform(seedOf(fleet.seed, STREAM.outcomes, FLEET.indexOf(deployment), minuteMs / MINUTE));
  return inferencesOf(fleet, deployment, minuteMs - delayMs)
    .filter((call) => random() < source.ratio && call.status === 'ok')
    .map((call) => {
      const of = outcomeOf(call, delayMs);
      if (groundTruth)
        return { ...of, dataset: groundTruth.dataset, ...truth(call, accuracyAt(fleet, deployment, call), random()) };
      const isPositive = random() < (feedback?.positiveRatio ?? 0);
      return {
        ...of,
        feedback: isPositive ? 'positive' : 'negative',
        rating: isPositive ? 4 + Math.round(random()) : 2,
      };
    });
};

const outcomeOf = (call: Inference, delayMs: number) => ({
  kind: 'outcome' as const,
  id: `${call.id}-outcome`,
  timestamp: call.timestamp + delayMs,
  deployment: call.deployment,
  model: call.model,
  modelVersion: call.modelVersion,
  team: call.team,
  project: call.project,
  client: call.client,
  predictionId: call.id,
});

const truth = (call: Inference, accuracy: number, chance: number) => {
  const correct = chance < accuracy;
  const predicted = call.prediction === true;
  return { correct, predicted, actual: correct ? predicted : !predicted };
};

/** Accuracy in [0, 1] at the time of the call: it falls as far as a drift has come. */
const accuracyAt = (fleet: Fleet, deployment: FleetDeployment, call: Inference): number => {
  const usual = deployment.groundTruth?.accuracy ?? 1;
  const relativeMs = call.timestamp - fleet.anchorMs;
  for (const incident of incidentsAt(deployment.name, relativeMs))
    if (incident.effect.kind === 'drift')
      return usual + (incident.effect.accuracy - usual) * driftProgress(incident, relativeMs);
  return usual;
};

const releases = (fleet: Fleet, minuteMs: number): ModelEvent[] =>
  RELEASES.filter(({ atMs }) => atMs + fleet.anchorMs >= minuteMs && atMs + fleet.anchorMs < minuteMs + MINUTE).map(
    ({ deployment, atMs, version, previous, user }) => ({
      kind: 'deployment',
      id: `${deployment}-${version}`,
      timestamp: atMs + fleet.anchorMs,
      deployment,
      modelVersion: version,
      previousVersion: previous,
      action: 'released',
      user,
    }),
  );

const TRAINING = { startMs: HOUR, epochs: 20, epochMs: 6 * MINUTE, hourlyUsd: 1.52 };

/** Is the nightly training job, 01:00 to 03:00 UTC, under way? */
export const isTraining = (atMs: number): boolean =>
  atMs % DAY >= TRAINING.startMs && atMs % DAY < TRAINING.startMs + TRAINING.epochs * TRAINING.epochMs;

/** One job a night: a start, twenty epochs, an end; Saturday's runs out of memory after the twelfth. */
const training = (fleet: Fleet, minuteMs: number): ModelEvent[] => {
  const sinceStartMs = (minuteMs % DAY) - TRAINING.startMs;
  const epoch = sinceStartMs / TRAINING.epochMs;
  const dayMs = minuteMs - (minuteMs % DAY);
  const isSaturday = Math.floor(dayMs / DAY) % 7 === 2;
  const last = isSaturday ? 12 : TRAINING.epochs;
  if (!Number.isInteger(epoch) || epoch < 0 || epoch > last) return [];
  const deployment = FLEET.find(({ name }) => name === 'fraud-training')!;
  const day = new Date(dayMs).toISOString().slice(0, 10);
  const random = randomOf(fleet, STREAM.training, minuteMs);
  const job = {
    kind: 'training' as const,
    id: `${deployment.name}-${day}-${epoch}`,
    timestamp: minuteMs,
    job: `${deployment.name}-${day}`,
    deployment: deployment.name,
    model: deployment.model,
    modelVersion: versionAt(deployment, minuteMs - fleet.anchorMs),
    team: deployment.team,
    project: deployment.project,
    environment: deployment.environment,
    provider: deployment.provider,
    account: deployment.account,
    region: deployment.region,
    instanceType: deployment.instanceType,
    instanceCount: 1,
    dataset: 'transactions',
  };
  if (epoch === 0) return [{ ...job, status: 'started' }];
  const progress = {
    ...job,
    status: 'running' as const,
    epoch,
    loss: 0.12 + 0.6 * Math.exp(-epoch / 5) + 0.01 * random(),
    accuracy: 0.955 - 0.2 * Math.exp(-epoch / 4) - 0.004 * random(),
    learningRate: 0.1 * 0.9 ** epoch,
  };
  if (epoch < last) return [progress];
  const costUsd = Math.round((sinceStartMs / HOUR) * TRAINING.hourlyUsd * 100) / 100;
  const end = { ...progress, id: `${progress.id}-end`, durationMs: sinceStartMs, costUsd };
  return [progress, { ...end, status: isSaturday ? 'failed' : 'completed' }];
};

const ACTIONS = ['asked', 'asked', 'asked', 'copied', 'regenerated', 'shared'] as const;
const FEATURES = [
  { feature: 'search', team: 'search', deployment: 'search-answers' },
  { feature: 'copilot', team: 'support', deployment: 'support-copilot' },
  { feature: 'campaigns', team: 'growth', deployment: 'chat-gateway' },
] as const;
const USER_SHARES = zipfShares({ size: 150, exponent: 0.9 });

const activities = (fleet: Fleet, minuteMs: number): ModelEvent[] => {
  const random = randomOf(fleet, STREAM.activities, minuteMs);
  return times(poisson(random, 1.2 * rhythm(minuteMs)), () => {
    const user = indexOf(USER_SHARES, random());
    return {
      kind: 'activity',
      timestamp: minuteMs + Math.floor(random() * MINUTE),
      user: `user-${user + 1}`,
      sessionId: `${user + 1}-${Math.floor(minuteMs / (30 * MINUTE)).toString(36)}`,
      action: ACTIONS[Math.floor(random() * ACTIONS.length)]!,
      ...FEATURES[Math.floor(random() * FEATURES.length)]!,
      environment: 'production',
    };
  });
};

const SECURITY = [
  { category: 'authentication', outcome: 'denied', action: 'signIn', riskScore: 0.3 },
  { category: 'authentication', outcome: 'allowed', action: 'signIn', riskScore: 0.05 },
  { category: 'authorisation', outcome: 'denied', action: 'readPrompts', riskScore: 0.5 },
  { category: 'threat', outcome: 'detected', action: 'promptInjection', riskScore: 0.8 },
] as const;

const security = (fleet: Fleet, minuteMs: number): ModelEvent[] => {
  const random = randomOf(fleet, STREAM.security, minuteMs);
  return times(poisson(random, 0.05 * rhythm(minuteMs)), () => {
    const what = SECURITY[Math.floor(random() ** 2 * SECURITY.length)]!;
    const { team, deployment } = FEATURES[Math.floor(random() * FEATURES.length)]!;
    return {
      kind: 'security',
      timestamp: minuteMs + Math.floor(random() * MINUTE),
      ...what,
      team,
      deployment,
      user: `user-${1 + Math.floor(random() * 150)}`,
      // 203.0.113.0/24 is set aside for documentation (RFC 5737).
      ipAddress: `203.0.113.${1 + Math.floor(random() * 254)}`,
    };
  });
};

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
