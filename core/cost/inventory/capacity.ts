import type { Config } from '../../config.ts';
import { HOUR } from '../../telemetry/families.ts';
import type { Capacity } from '../estimate/types.ts';
import { deploymentsOf, type TagsOfDeployments } from './resource.ts';
import type { ListedResource, RunningHour } from './running.ts';

/**
 * Hosts of telemetry with what the inventory knows of them: type, region and account where they did not say, and whether they are
 * spot, which no host knows.
 */
export const describedHosts = (hosts: readonly Capacity[], running: readonly RunningHour[]): Capacity[] => {
  const byHour = grouped(running, ({ startMs }) => startMs);
  return hosts.map((host) => {
    const resource = byHour.get(host.startMs)?.find((each) => isOf(host, each.resource))?.resource;
    if (!resource) return host;
    return {
      ...host,
      instanceType: host.instanceType ?? resource.instanceType,
      region: host.region ?? resource.region,
      account: host.account ?? resource.account,
      purchase: resource.purchase,
    };
  });
};

/** What runs and neither telemetry tells of in that hour nor the configuration. */
export const inventoriedCapacity = (
  running: readonly RunningHour[],
  known: { hosts: readonly Capacity[]; configured: Config['costs']['resources']; tagged: TagsOfDeployments },
): Capacity[] => {
  const hostsByHour = grouped(known.hosts, ({ startMs }) => startMs);
  return running.flatMap(({ startMs, resource, instanceHours }): Capacity[] => {
    const deployments = deploymentsOf(resource, known.tagged);
    if (hostsByHour.get(startMs)?.some((host) => isOf(host, resource))) return [];
    if (known.configured.some((each) => isConfigured(each, { startMs, resource, deployments }))) return [];
    const { id, instanceType, region, account, purchase } = resource;
    return [
      {
        startMs,
        resource: id,
        instanceType,
        region,
        account,
        provider: 'aws',
        purchase,
        instanceHours,
        slots: undefined,
        deployments,
      },
    ];
  });
};

/** Prometheus names a target with its port. */
const withoutPort = (host: string): string => host.replace(/:\d{1,5}$/, '');

/** An endpoint's instances have ids that nobody lists; they say which endpoint they serve. */
const isOf = (host: Capacity, { kind, names }: ListedResource): boolean =>
  names.includes(withoutPort(host.resource)) || (kind === 'endpoint' && host.deployments.includes(names[0]!));

/** By its name, or as instances of its type that serve the same. */
const isConfigured = (
  { name, from, to, instanceType, deployments }: Config['costs']['resources'][number],
  of: { startMs: number; resource: ListedResource; deployments: readonly string[] },
): boolean => {
  const isThen =
    (from === undefined || Date.parse(from) < of.startMs + HOUR) && (to === undefined || Date.parse(to) > of.startMs);
  const isSame = instanceType === of.resource.instanceType && deployments.some((each) => of.deployments.includes(each));
  return isThen && (of.resource.names.includes(name) || isSame);
};

const grouped = <T>(items: readonly T[], of: (item: T) => number): Map<number, T[]> => {
  const groups = new Map<number, T[]>();
  for (const item of items) {
    const group = groups.get(of(item));
    if (group) group.push(item);
    else groups.set(of(item), [item]);
  }
  return groups;
};
