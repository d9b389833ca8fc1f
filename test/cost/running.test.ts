import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_DAY, withListing } from '../../core/cost/inventory/day.ts';
import { deploymentsOf, type InventoryResource, isAccelerated } from '../../core/cost/inventory/resource.ts';
import { runningHours } from '../../core/cost/inventory/running.ts';
import { DAY, HOUR, MINUTE } from '../../core/telemetry/families.ts';

const T0 = Date.UTC(2026, 10, 20);
const instance = (of: Partial<InventoryResource> = {}): InventoryResource => ({
  id: 'i-1',
  kind: 'instance',
  names: ['i-1'],
  instanceType: 'g5.xlarge',
  region: 'us-east-1',
  account: '123456789012',
  purchase: 'onDemand',
  launchedMs: T0 - 30 * DAY,
  tags: {},
  count: 1,
  ...of,
});
type Listing = [atMs: number, ...resources: InventoryResource[]];
const day = (...listings: Listing[]) =>
  listings.reduce((before, [atMs, ...resources]) => withListing(before, { atMs, resources }), EMPTY_DAY);
const hoursOf = (days: ReturnType<typeof day>[], nowMs = T0 + 2 * DAY) =>
  runningHours(days, { fromMs: T0 - DAY, toMs: T0 + 2 * DAY, nowMs }).map(({ startMs, instanceHours }) => [
    (startMs - T0) / HOUR,
    instanceHours,
  ]);

describe('the hours that something ran', () => {
  it('are all between two listings that both have it', () => {
    const listed = day(
      [T0 + 2 * HOUR, instance()],
      [T0 + 3 * HOUR, instance()],
      [T0 + 4 * HOUR, instance()],
      [T0 + 5 * HOUR],
    );

    expect(hoursOf([listed])).toEqual([
      [0, 0.5], // nothing tells of the time before the first listing: at most an hour and a half of it counts
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 0.5], // gone in the next: half of the time up to that
    ]);
  });

  it('begin with its launch', () => {
    const launchedMs = T0 + 2 * HOUR + 45 * MINUTE;
    const listed = day([T0 + 2 * HOUR], [T0 + 3 * HOUR, instance({ launchedMs })], [T0 + 4 * HOUR]);

    expect(hoursOf([listed])).toEqual([
      [2, 0.25],
      [3, 0.5],
    ]);
  });

  it('go on to now after the newest listing, and not for ever when no more come', () => {
    const listed = day([T0 + 2 * HOUR, instance({ launchedMs: T0 + 2 * HOUR })]);

    expect(hoursOf([listed], T0 + 2 * HOUR + 15 * MINUTE)).toEqual([[2, 0.25]]);
    expect(hoursOf([listed])).toEqual([
      [2, 1],
      [3, 0.5],
    ]);
  });

  it('bridge listings that are missing where both sides have it, and midnight', () => {
    const late = day([T0 + 23 * HOUR, instance()]);
    const early = day([T0 + 26 * HOUR, instance()], [T0 + 27 * HOUR, instance()]);

    const hours = new Map(hoursOf([late, early]) as [number, number][]);

    expect([22, 23, 24, 25, 26].map((hour) => hours.get(hour))).toEqual([1, 1, 1, 1, 1]);
  });

  it('count the instances of an endpoint as it scales', () => {
    const endpoint = (count: number) => instance({ id: 'e/v', kind: 'endpoint', names: ['e', 'e/v'], count });
    const listed = day([T0 + 2 * HOUR, endpoint(1)], [T0 + 3 * HOUR, endpoint(3)], [T0 + 4 * HOUR, endpoint(3)]);

    expect(new Map(hoursOf([listed]) as [number, number][]).get(2)).toBe(0.5 * 1 + 0.5 * 3);
  });

  it('are never more than how many there were, nor before the launch, nor after now', () => {
    const listing = fc.record({ gapMin: fc.integer({ min: 10, max: 400 }), count: fc.nat({ max: 3 }) });
    fc.assert(
      fc.property(
        fc.array(listing, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: -600, max: 600 }),
        fc.integer({ min: 0, max: 3000 }),
        (listings, launchMin, nowMin) => {
          const launchedMs = T0 + launchMin * MINUTE;
          const nowMs = T0 + nowMin * MINUTE;
          let atMs = T0;
          let listed = EMPTY_DAY;
          for (const { gapMin, count } of listings) {
            atMs += gapMin * MINUTE;
            const there = atMs >= launchedMs && count > 0 ? [instance({ launchedMs, count })] : [];
            listed = withListing(listed, { atMs, resources: there });
          }
          for (const { startMs, instanceHours } of runningHours([listed], { fromMs: 0, toMs: T0 + 10 * DAY, nowMs })) {
            const there = Math.min(startMs + HOUR, nowMs) - Math.max(startMs, launchedMs);
            expect(instanceHours).toBeLessThanOrEqual((3 * there) / HOUR + 1e-9);
            expect(instanceHours).toBeGreaterThan(0);
          }
        },
      ),
    );
  });
});

describe('whose a resource is', () => {
  const tagged = { ranker: { app: 'rank', stage: 'prod' }, other: { app: 'other' } };

  it('is told by all tags of a deployment, then by its own tag, then by the name of the endpoint', () => {
    const of = (tags: Record<string, string>, kind: 'instance' | 'endpoint' = 'instance') =>
      deploymentsOf({ kind, names: ['name'], tags }, tagged);

    expect(of({ app: 'rank', stage: 'prod', 'modelmeter:deployment': 'x' })).toEqual(['ranker']);
    expect(of({ app: 'rank', 'modelmeter:deployment': 'x' })).toEqual(['x']);
    expect(of({ app: 'rank' })).toEqual([]);
    expect(of({ app: 'rank' }, 'endpoint')).toEqual(['name']);
  });

  it('knows accelerated families from those that only begin alike', () => {
    expect(
      ['p5.48xlarge', 'g4dn.xlarge', 'gr6.4xlarge', 'inf2.xlarge', 'trn1.2xlarge', 'dl1.24xlarge'].every(isAccelerated),
    ).toBe(true);
    expect(['m5.large', 'c7g.large', 'i4i.large', 'd3.xlarge', 't3.micro'].some(isAccelerated)).toBe(false);
  });
});
