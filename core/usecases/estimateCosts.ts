import type { Config } from '../config.ts';
import { estimate } from '../cost/estimate/estimate.ts';
import { configuredCapacity, configuredStorage } from '../cost/estimate/readConfigured.ts';
import { readHosts } from '../cost/estimate/readHosts.ts';
import { readTrainers, readTraining } from '../cost/estimate/readTraining.ts';
import { readUsage } from '../cost/estimate/readUsage.ts';
import { fingerprintOf } from '../cost/fingerprint.ts';
import { describedHosts, inventoriedCapacity } from '../cost/inventory/capacity.ts';
import type { InventoryDay } from '../cost/inventory/day.ts';
import type { TagsOfDeployments } from '../cost/inventory/resource.ts';
import { type RunningHour, runningHours } from '../cost/inventory/running.ts';
import type { Ledger } from '../cost/ledger/ledger.ts';
import type { PriceBook } from '../cost/prices/book.ts';
import type { Deployment, DeploymentStore, RollupStore } from '../ports.ts';
import { askOf } from '../query/ask.ts';
import { attributesAt } from '../registry/attributes.ts';
import { DAY, HOUR, MINUTE, SAMPLES, samplesOf } from '../telemetry/families.ts';
import type { runQuery } from './query.ts';

export interface EstimatePorts {
  query: ReturnType<typeof runQuery>;
  rollups: Pick<RollupStore, 'list'>;
  deployments: Pick<DeploymentStore, 'list'>;
  ledger: Ledger;
  /** What was listed on these days, see `readInventory`; absent where nobody lists what runs. */
  inventory?: (range: { fromMs: number; toMs: number }) => Promise<InventoryDay[]>;
}

export interface EstimateOptions {
  costs: Pick<Config['costs'], 'resources' | 'storage'>;
  prices: PriceBook;
  retention: { minuteDays: number };
  /** Tags that say whose a resource of the inventory is. */
  tagged?: TagsOfDeployments;
  /** What the configuration says of prices: with another, days are estimated anew, as with other prices in the book. */
  agreed: Config['prices'];
}

/** Days that are estimated at most: their hours and samples are kept by default as finely as that needs. */
const MOST_DAYS = 34;

/** Whole days before today that can be estimated anew: of older ones something may have expired. */
export const lookBackDays = ({ minuteDays }: { minuteDays: number }): number => Math.min(MOST_DAYS, minuteDays - 1);
/** What an estimate is made from: family and step. */
const READ: readonly { family: string; stepMs: number }[] = [
  { family: 'inference.cost', stepMs: HOUR },
  { family: 'training', stepMs: MINUTE },
  { family: SAMPLES.name, stepMs: SAMPLES.baseStepMs },
  { family: samplesOf('gpu.utilization'), stepMs: SAMPLES.baseStepMs },
  { family: samplesOf('gpu.memoryUsed'), stepMs: SAMPLES.baseStepMs },
];

/**
 * Keeps the estimated ledger up to date. `recent` makes the hour that is under way and the one before it anew, every minute;
 * `changed` every day that telemetry, the inventory, the registry, the configuration or prices changed since it was made.
 */
export const estimateCosts = (ports: EstimatePorts, options: EstimateOptions) => {
  const { query, deployments, ledger, rollups, inventory = async () => [] } = ports;
  const { tagged = {} } = options;
  const listed = fingerprintOf(JSON.stringify([[...options.prices.list()], options.agreed, options.costs]));
  const tags = fingerprintOf(JSON.stringify(tagged));
  let recentBefore: string | undefined;

  const make = async (
    { registry, running }: { registry: readonly Deployment[]; running: readonly RunningHour[] },
    { fromMs, toMs, nowMs }: { fromMs: number; toMs: number; nowMs: number },
  ) => {
    const ask = askOf(query, 'cost', nowMs);
    const byName = new Map(registry.map((deployment) => [deployment.deployment, deployment]));
    const attributes = (name: string, atMs: number) => {
      const deployment = byName.get(name);
      return deployment ? attributesAt(deployment, atMs) : {};
    };
    const untilMs = Math.min(toMs, nowMs);
    // An hour more: a job that tells of its end on the hour ran on capacity of the hour before.
    const reported = await readHosts(ask, { fromMs: fromMs - HOUR, toMs: untilMs }, attributes);
    const hosts = describedHosts(reported, running);
    const { resources } = options.costs;
    const seen = new Set(hosts.map(({ resource }) => resource));
    const entries = estimate({
      usage: await readUsage(ask, { fromMs, toMs: untilMs }),
      capacity: [
        ...hosts,
        ...configuredCapacity(resources, { fromMs, toMs: untilMs }, seen),
        ...inventoriedCapacity(running, { hosts, configured: resources, tagged }),
      ],
      training: await readTraining(ask, { fromMs, toMs: untilMs }),
      trainers: await readTrainers(ask, { fromMs: fromMs - HOUR, toMs: untilMs }),
      quantities: configuredStorage(options.costs.storage, { fromMs, toMs: untilMs }, attributes),
      prices: options.prices,
      attributesAt: attributes,
    });
    return entries.filter(({ startMs }) => startMs >= fromMs && startMs < toMs);
  };

  return {
    async recent(nowMs: number): Promise<void> {
      const firstMs = Math.floor(nowMs / HOUR) * HOUR - HOUR;
      const made = await madeFrom(rollups, { fromMs: firstMs, toMs: firstMs + 2 * HOUR });
      const { resources, storage } = options.costs;
      const range = { fromMs: firstMs - HOUR, toMs: firstMs + 2 * HOUR };
      const running = runningHours(await inventory({ fromMs: range.fromMs, toMs: nowMs }), { ...range, nowMs });
      const asBefore = JSON.stringify([firstMs, ...made]);
      // What costs by the clock alone goes on, whatever comes in.
      if (asBefore === recentBefore && resources.length + storage.length + running.length === 0) return;
      const registry = await deployments.list();
      for (const [fromMs, toMs] of withinDays(firstMs, firstMs + 2 * HOUR)) {
        const entries = await make({ registry, running }, { fromMs, toMs, nowMs });
        await ledger.replaceHours({ basis: 'estimated', fromMs, toMs }, entries);
      }
      recentBefore = asBefore;
    },

    /**
     * @param isEnough asked before each day; true stops early
     * @returns how many days were made anew, and how many are left: it stopped early, or they are not compacted yet
     */
    async changed(nowMs: number, isEnough: () => boolean = () => false): Promise<{ days: number; left: number }> {
      const today = Math.floor(nowMs / DAY) * DAY;
      const range = { fromMs: today - lookBackDays(options.retention) * DAY, toMs: today + DAY };
      const running = byDay(runningHours(await inventory(range), { ...range, nowMs }));
      const made = await madeFrom(rollups, range);
      for (const dayMs of [...saidDays(options.costs, range), ...running.keys()])
        if (!made.has(dayMs)) made.set(dayMs, { ids: '', isLoose: false });
      const registry = await deployments.list();
      const shared = `${listed} ${fingerprintOf(JSON.stringify(registry.map(versionsOf)))}`;
      const days = [...made].sort(([a], [b]) => b - a); // what is asked for most comes first
      const before = await ledger.fingerprints(
        'estimated',
        days.map(([dayMs]) => dayMs),
      );
      let done = 0;
      let left = 0;
      for (const [i, [dayMs, { ids, isLoose }]] of days.entries()) {
        const hoursOver = Math.min(24, Math.floor((nowMs - dayMs) / HOUR));
        const ran = running.get(dayMs) ?? [];
        const over = ran.filter(({ startMs }) => startMs + HOUR <= nowMs);
        const listedThen = over.length === 0 ? '' : ` ${fingerprintOf(JSON.stringify(over))} ${tags}`;
        const fingerprint = `${fingerprintOf(ids)} ${hoursOver} ${shared}${listedThen}`;
        if (before[i] === fingerprint) continue;
        if ((isLoose && dayMs < today - DAY) || isEnough()) {
          left++;
          continue;
        }
        const hours = { fromMs: dayMs, toMs: dayMs + DAY };
        const entries = await make({ registry, running: ran }, { ...hours, nowMs });
        await ledger.replaceHours({ basis: 'estimated', ...hours, fingerprint }, entries);
        done++;
      }
      return { days: done, left };
    },
  };
};

/** Days for which the configuration says from when on something cost, whether telemetry tells of them or not. */
const saidDays = (
  { resources, storage }: EstimateOptions['costs'],
  { fromMs, toMs }: { fromMs: number; toMs: number },
): number[] => {
  const begins = [...resources, ...storage].flatMap(({ from }) => (from === undefined ? [] : [Date.parse(from)]));
  const firstMs = Math.max(fromMs, Math.floor(Math.min(...begins) / DAY) * DAY);
  return Array.from({ length: Math.max(0, Math.ceil((toMs - firstMs) / DAY)) || 0 }, (_, i) => firstMs + i * DAY);
};

/** Sightings change all the time and are no reason; what was said of a deployment is. */
const versionsOf = ({ deployment, versions }: Deployment) => [deployment, versions];

const byDay = (running: readonly RunningHour[]): Map<number, RunningHour[]> => {
  const days = new Map<number, RunningHour[]>();
  for (const hour of running) {
    const dayMs = Math.floor(hour.startMs / DAY) * DAY;
    const day = days.get(dayMs);
    if (day) day.push(hour);
    else days.set(dayMs, [hour]);
  }
  return days;
};

const withinDays = (fromMs: number, toMs: number): [number, number][] => {
  const midnight = Math.floor((toMs - 1) / DAY) * DAY;
  return midnight > fromMs
    ? [
        [fromMs, midnight],
        [midnight, toMs],
      ]
    : [[fromMs, toMs]];
};

/** By day, the blocks that hold what is read of it, and whether any is yet to be compacted. */
const madeFrom = async (
  rollups: Pick<RollupStore, 'list'>,
  range: { fromMs: number; toMs: number },
): Promise<Map<number, { ids: string; isLoose: boolean }>> => {
  const days = new Map<number, { ids: string; isLoose: boolean }>();
  for (const { family, stepMs } of READ)
    for (const { id, startMs, loose } of await rollups.list({ family, stepMs, ...range })) {
      const dayMs = Math.floor(startMs / DAY) * DAY;
      const day = days.get(dayMs) ?? { ids: '', isLoose: false };
      days.set(dayMs, { ids: `${day.ids} ${id}`, isLoose: day.isLoose || loose });
    }
  return days;
};
