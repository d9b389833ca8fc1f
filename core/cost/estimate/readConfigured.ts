import type { Config } from '../../config.ts';
import type { DeploymentAttributes } from '../../ports.ts';
import { HOUR } from '../../telemetry/families.ts';
import type { Capacity, Quantity } from './types.ts';

interface Range {
  fromMs: number;
  toMs: number;
}

/** Hours of a month that a GB-month is spread over, as AWS bills it: the month's own. */
const hoursOfMonth = (ms: number): number => {
  const date = new Date(ms);
  return Math.round((Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) - startOfMonth(date)) / HOUR);
};
const startOfMonth = (date: Date): number => Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);

/** Each hour of a range with the part of it in which something was there. */
const hoursOf = ({ fromMs, toMs }: Range, there: { from?: string | undefined; to?: string | undefined }) => {
  const beginMs = there.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(there.from);
  const endMs = there.to === undefined ? Number.POSITIVE_INFINITY : Date.parse(there.to);
  const hours: { startMs: number; part: number }[] = [];
  for (let startMs = Math.floor(fromMs / HOUR) * HOUR; startMs < toMs; startMs += HOUR) {
    const part = (Math.min(startMs + HOUR, endMs, toMs) - Math.max(startMs, beginMs)) / HOUR;
    if (part > 0) hours.push({ startMs, part });
  }
  return hours;
};

/**
 * The instances that the configuration says run, by hour of [fromMs, toMs); the hour that is under way as far as it is over.
 *
 * @param seen hosts that telemetry tells of: what it says counts
 */
export const configuredCapacity = (
  resources: Config['costs']['resources'],
  range: Range,
  seen: ReadonlySet<string>,
): Capacity[] =>
  resources
    .filter(({ name }) => !seen.has(name))
    .flatMap(({ name, count, from, to, instanceType, region, account, provider, purchase, deployments }) =>
      hoursOf(range, { from, to }).map(({ startMs, part }) => ({
        startMs,
        resource: name,
        instanceType,
        region,
        account,
        provider,
        purchase,
        instanceHours: count * part,
        slots: undefined,
        deployments,
      })),
    );

/** What the configuration says is stored, by hour. */
export const configuredStorage = (
  storage: Config['costs']['storage'],
  range: Range,
  attributesAt: (deployment: string, atMs: number) => DeploymentAttributes,
): Quantity[] =>
  storage.flatMap(({ name, storageClass, gb, from, to, deployment, team, project, region }) =>
    hoursOf(range, { from, to }).map(({ startMs, part }) => {
      const said = { deployment, team, project, region };
      const known = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
      const attributes = { ...(deployment === undefined ? {} : attributesAt(deployment, startMs)), ...known };
      return {
        startMs,
        resource: name,
        key: { kind: 'storage' as const, storageClass, region: attributes.region },
        quantity: (gb * part) / hoursOfMonth(startMs),
        attributes,
      };
    }),
  );
