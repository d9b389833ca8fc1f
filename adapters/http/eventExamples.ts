import type { EventInput, EventKind } from '../../core/telemetry/events.ts';

/** One event of each kind, as one would send it: shown in the API's description, and checked against the schemas by a test. */
export const EVENT_EXAMPLES: { [Kind in EventKind]: Extract<EventInput, { kind: Kind }> } = {
  inference: {
    kind: 'inference',
    deployment: 'support-chat',
    model: 'llama-3.1-70b',
    team: 'support',
    client: 'web-frontend',
    latencyMs: 840,
    status: 'ok',
    inputTokens: 1200,
    outputTokens: 310,
    timeToFirstTokenMs: 190,
  },
  outcome: {
    kind: 'outcome',
    deployment: 'fraud-score',
    predictionId: 'txn-4711',
    correct: true,
    predicted: 0.93,
    actual: 1,
  },
  training: {
    kind: 'training',
    job: 'fraud-score-nightly',
    model: 'fraud-score',
    status: 'running',
    epoch: 3,
    loss: 0.12,
  },
  deployment: {
    kind: 'deployment',
    deployment: 'support-chat',
    action: 'released',
    modelVersion: '7',
    previousVersion: '6',
  },
  activity: { kind: 'activity', user: 'ann', action: 'export', feature: 'cost-report' },
  security: {
    kind: 'security',
    category: 'authentication',
    outcome: 'denied',
    action: 'login',
    user: 'ann',
    riskScore: 0.4,
  },
};
