/**
 * The simulated fleet: four teams, eight deployments. All that makes one deployment differ from another stands in this
 * table; names of models and instances are real, so that prices can be found for them.
 */
export interface FleetDeployment {
  name: string;
  model: string;
  /** Version before the first release of `RELEASES`. */
  firstVersion: string;
  /** Absent on purpose for one: the registry is to show what nobody owns. */
  owner?: string;
  /** Who runs it. */
  team: string;
  project: string;
  provider: 'vllm' | 'aws.sagemaker' | 'aws.bedrock';
  environment: string;
  region: string;
  account: string;
  instanceType?: string;
  /** How its calls are reported: JSON events, or GenAI spans by OTLP. */
  sends: 'events' | 'spans';
  /** Its part of all requests, in proportion to the others'; 0 = it serves none. */
  weight: number;
  /** Who calls it, and how much of it. Shares add up to 1. */
  callers: readonly { team: string; project: string; share: number }[];
  /** Of a call without its generation; sigma is of the logarithm. */
  latency: { median: number; sigma: number };
  /** Tokens of a call, and how long each generated one takes. */
  tokens?: {
    input: { median: number; sigma: number };
    output: { median: number; sigma: number };
    msPerOutput: number;
    /** Part of the calls whose prompt is mostly in the prompt cache. */
    cachedRatio: number;
  };
  /** Part of the calls that fail on an ordinary day. */
  errorRatio: number;
  /** Part of the calls that start an instance first (serverless inference). */
  coldStartRatio?: number;
  /** Numeric input features, normal. */
  features?: Readonly<Record<string, { mean: number; deviation: number }>>;
  /** Ground truth that arrives `delayMin` later for a part of the predictions. */
  groundTruth?: { ratio: number; delayMin: number; accuracy: number; dataset: string };
  /** Feedback of users, for a part of the calls. */
  feedback?: { ratio: number; delayMin: number; positiveRatio: number };
  gpus?: { host: string; count: number; name: string; memoryMiB: number; idleW: number; fullW: number };
}

const ACCOUNT = '111122223333';
const L40S = { name: 'NVIDIA L40S', memoryMiB: 46_068, idleW: 36, fullW: 320 };
const A10G = { name: 'NVIDIA A10G', memoryMiB: 23_028, idleW: 24, fullW: 220 };

export const FLEET: readonly FleetDeployment[] = [
  {
    name: 'search-answers',
    model: 'meta-llama/Llama-3.3-70B-Instruct',
    firstVersion: '2.3.0',
    owner: 'ada@example.com',
    team: 'search',
    project: 'answers',
    provider: 'vllm',
    environment: 'production',
    region: 'us-east-1',
    account: ACCOUNT,
    instanceType: 'g6e.12xlarge',
    sends: 'events',
    weight: 4,
    callers: [{ team: 'search', project: 'answers', share: 1 }],
    latency: { median: 310, sigma: 0.35 },
    tokens: {
      input: { median: 1450, sigma: 0.6 },
      output: { median: 210, sigma: 0.7 },
      msPerOutput: 24,
      cachedRatio: 0.35,
    },
    errorRatio: 0.006,
    feedback: { ratio: 0.05, delayMin: 3, positiveRatio: 0.86 },
    gpus: { host: 'gpu-search-1', count: 4, ...L40S },
  },
  {
    name: 'support-copilot',
    model: 'mistralai/Mistral-Small-24B-Instruct-2501',
    firstVersion: '1.8.0',
    owner: 'sam@example.com',
    team: 'support',
    project: 'copilot',
    provider: 'vllm',
    environment: 'production',
    region: 'us-east-1',
    account: ACCOUNT,
    instanceType: 'g6e.2xlarge',
    sends: 'events',
    weight: 3,
    callers: [{ team: 'support', project: 'copilot', share: 1 }],
    latency: { median: 190, sigma: 0.3 },
    tokens: {
      input: { median: 2100, sigma: 0.5 },
      output: { median: 160, sigma: 0.6 },
      msPerOutput: 14,
      cachedRatio: 0.5,
    },
    errorRatio: 0.005,
    feedback: { ratio: 0.08, delayMin: 4, positiveRatio: 0.9 },
    gpus: { host: 'gpu-support-1', count: 1, ...L40S },
  },
  {
    name: 'growth-copywriter',
    model: 'meta-llama/Llama-3.1-8B-Instruct',
    firstVersion: '0.4.0',
    team: 'growth',
    project: 'copywriter',
    provider: 'vllm',
    environment: 'staging',
    region: 'us-east-1',
    account: ACCOUNT,
    instanceType: 'g5.2xlarge',
    sends: 'events',
    weight: 1.5,
    callers: [{ team: 'growth', project: 'copywriter', share: 1 }],
    latency: { median: 140, sigma: 0.4 },
    tokens: {
      input: { median: 620, sigma: 0.5 },
      output: { median: 320, sigma: 0.5 },
      msPerOutput: 11,
      cachedRatio: 0,
    },
    errorRatio: 0.01,
    gpus: { host: 'gpu-growth-1', count: 1, ...A10G },
  },
  {
    name: 'fraud-scorer',
    model: 'fraud-xgboost',
    firstVersion: '14',
    owner: 'noor@example.com',
    team: 'fraud',
    project: 'payments',
    provider: 'aws.sagemaker',
    environment: 'production',
    region: 'us-east-1',
    account: ACCOUNT,
    instanceType: 'ml.m5.xlarge',
    sends: 'events',
    weight: 6,
    callers: [
      { team: 'fraud', project: 'payments', share: 0.8 },
      { team: 'growth', project: 'vouchers', share: 0.2 },
    ],
    latency: { median: 34, sigma: 0.4 },
    errorRatio: 0.002,
    features: {
      amount: { mean: 62, deviation: 18 },
      accountAgeDays: { mean: 410, deviation: 120 },
      itemsInBasket: { mean: 4.2, deviation: 1.3 },
    },
    groundTruth: { ratio: 0.3, delayMin: 120, accuracy: 0.95, dataset: 'chargebacks' },
  },
  {
    name: 'product-ranker',
    model: 'ranker-lightgbm',
    firstVersion: '31',
    owner: 'ada@example.com',
    team: 'search',
    project: 'ranking',
    provider: 'aws.sagemaker',
    environment: 'production',
    region: 'us-east-1',
    account: ACCOUNT,
    instanceType: 'ml.c6i.xlarge',
    sends: 'events',
    weight: 4,
    callers: [{ team: 'search', project: 'ranking', share: 1 }],
    latency: { median: 58, sigma: 0.35 },
    errorRatio: 0.004,
    coldStartRatio: 0.015,
    features: {
      queryLength: { mean: 21, deviation: 7 },
      candidates: { mean: 180, deviation: 35 },
    },
  },
  {
    name: 'support-summaries',
    model: 'anthropic.claude-3-5-haiku-20241022-v1:0',
    firstVersion: '2024-10-22',
    owner: 'sam@example.com',
    team: 'support',
    project: 'ticket-triage',
    provider: 'aws.bedrock',
    environment: 'production',
    region: 'us-west-2',
    account: ACCOUNT,
    sends: 'spans',
    weight: 1,
    callers: [{ team: 'support', project: 'ticket-triage', share: 1 }],
    latency: { median: 620, sigma: 0.3 },
    tokens: {
      input: { median: 3200, sigma: 0.5 },
      output: { median: 180, sigma: 0.4 },
      msPerOutput: 15,
      cachedRatio: 0.6,
    },
    errorRatio: 0.006,
  },
  {
    name: 'chat-gateway',
    model: 'anthropic.claude-sonnet-4-20250514-v1:0',
    firstVersion: '2025-05-14',
    owner: 'kim@example.com',
    team: 'search',
    project: 'gateway',
    provider: 'aws.bedrock',
    environment: 'production',
    region: 'us-west-2',
    account: ACCOUNT,
    sends: 'spans',
    weight: 2,
    callers: [
      { team: 'growth', project: 'campaigns', share: 0.5 },
      { team: 'search', project: 'answers', share: 0.3 },
      { team: 'support', project: 'copilot', share: 0.2 },
    ],
    latency: { median: 880, sigma: 0.35 },
    tokens: {
      input: { median: 1800, sigma: 0.7 },
      output: { median: 380, sigma: 0.6 },
      msPerOutput: 18,
      cachedRatio: 0.3,
    },
    errorRatio: 0.009,
  },
  {
    name: 'fraud-training',
    model: 'fraud-xgboost',
    firstVersion: '14',
    owner: 'noor@example.com',
    team: 'fraud',
    project: 'payments',
    provider: 'aws.sagemaker',
    environment: 'production',
    region: 'us-east-1',
    account: ACCOUNT,
    instanceType: 'ml.g5.2xlarge',
    sends: 'events',
    weight: 0,
    callers: [],
    latency: { median: 0, sigma: 0 },
    errorRatio: 0,
    gpus: { host: 'gpu-training-1', count: 1, ...A10G },
  },
];

/** Clients of each team. Zipf's law with this exponent gives the busiest of 40 about a quarter of the calls. */
export const CLIENTS_PER_TEAM = 40;
export const CLIENT_EXPONENT = 1.1;

/** Name of a team's client by rank, 0 = the busiest. */
export const clientName = (team: string, rank: number): string => `${team}-app-${String(rank + 1).padStart(2, '0')}`;
