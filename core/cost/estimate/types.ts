import type { DeploymentAttributes } from '../../ports.ts';
import type { TokenItem } from '../entry.ts';
import type { PriceKey } from '../prices/book.ts';

/** Calls of one hour that share all that costs are attributed by. */
export interface Usage {
  startMs: number;
  deployment: string;
  model?: string;
  modelVersion?: string;
  team?: string;
  project?: string;
  environment?: string;
  provider?: string;
  account?: string;
  region?: string;
  client?: string;
  serviceTier?: string;
  requests: number;
  /** Sum of their latencies, milliseconds: how long they kept a model at work. */
  busyMs: number;
  /** Of the calls whose sender did not say what they cost. */
  tokens: Partial<Record<TokenItem, number>>;
  /** What senders said that their calls cost, US dollars, and of how many calls. */
  reportedUsd: number;
  reportedRequests: number;
}

/** A part of a resource that deployments share in time: a GPU, a MIG slice, or the whole of a host without GPUs. */
export interface Slot {
  /** Its part of the resource's price; a resource's slots add up to at most 1. */
  weight: number;
  /** Who works on it: part of the hour in which it worked for the deployment, 0 to 1. */
  users: readonly { deployment: string; busyRatio: number }[];
  /** Who holds it while it idles: memory held, in any unit that all holders share. */
  holders: readonly { deployment: string; held: number }[];
}

/** Something that costs by the hour, in one hour. */
export interface Capacity {
  startMs: number;
  /** Host, endpoint, instance id. */
  resource: string;
  instanceType: string | undefined;
  region: string | undefined;
  account?: string | undefined;
  provider?: string | undefined;
  purchase: Extract<PriceKey, { kind: 'instance' }>['purchase'];
  service?: string | undefined;
  /** How many ran for how much of the hour: instance hours. */
  instanceHours: number;
  /** How busy it was, by slot; undefined = nothing measures it. */
  slots: readonly Slot[] | undefined;
  /** Whose it is, where nothing measures it. */
  deployments: readonly string[];
}

/** A training job that ran on its own instances, by the hour in which it told. */
export interface TrainingRun {
  startMs: number;
  job: string;
  status: string;
  instanceType: string | undefined;
  instanceHours: number;
  reportedUsd: number | undefined;
  attributes: DeploymentAttributes & { deployment?: string };
}

/** Something stored or sent, by the hour. */
export interface Quantity {
  startMs: number;
  resource: string;
  key: Extract<PriceKey, { kind: 'storage' | 'transfer' }>;
  /** GB-months, or GB. */
  quantity: number;
  attributes: DeploymentAttributes & { deployment?: string };
}
