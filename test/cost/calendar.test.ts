import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PERIODS, periodAt, startOf } from '../../core/cost/calendar.ts';

const HOUR = 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Africa/Cairo',
  'Asia/Beirut',
  'Pacific/Apia',
  'Australia/Lord_Howe',
  'America/Havana',
];

describe('periods of a calendar', () => {
  it.each([
    ['month', 'UTC', '2026-02-10T12:00Z', '2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
    ['quarter', 'UTC', '2026-06-30T23:59Z', '2026-04-01T00:00:00.000Z', '2026-07-01T00:00:00.000Z'],
    ['week', 'UTC', '2026-06-14T10:00Z', '2026-06-08T00:00:00.000Z', '2026-06-15T00:00:00.000Z'], // a Sunday
    ['month', 'Europe/Berlin', '2026-03-31T22:30Z', '2026-03-31T22:00:00.000Z', '2026-04-30T22:00:00.000Z'],
    ['month', 'America/New_York', '2026-03-01T04:59Z', '2026-02-01T05:00:00.000Z', '2026-03-01T05:00:00.000Z'],
  ] as const)('%s in %s at %s', (period, zone, at, from, to) => {
    const { fromMs, toMs } = periodAt(period, zone, Date.parse(at));

    expect([iso(fromMs), iso(toMs)]).toEqual([from, to]);
  });

  it('has days of 23 and 25 hours where clocks change, and begins after a midnight that clocks skip', () => {
    const hours = (zone: string, at: string) => {
      const { fromMs, toMs } = periodAt('day', zone, Date.parse(at));
      return (toMs - fromMs) / HOUR;
    };

    expect(hours('Europe/Berlin', '2026-03-29T12:00Z')).toBe(23);
    expect(hours('Europe/Berlin', '2026-10-25T12:00Z')).toBe(25);
    expect(iso(startOf('2024-04-26', 'Africa/Cairo'))).toBe('2024-04-25T22:00:00.000Z'); // 00:00 became 01:00
  });

  it('lies around its time, and the next one begins where it ends', () => {
    const time = fc.integer({ min: Date.UTC(1995, 0), max: Date.UTC(2036, 0) });
    fc.assert(
      fc.property(time, fc.constantFrom(...PERIODS), fc.constantFrom(...ZONES), (atMs, period, zone) => {
        const { fromMs, toMs } = periodAt(period, zone, atMs);

        expect(fromMs <= atMs && atMs < toMs).toBe(true);
        expect(periodAt(period, zone, toMs).fromMs).toBe(toMs);
        expect(periodAt(period, zone, fromMs)).toEqual({ fromMs, toMs });
      }),
      { numRuns: 300 },
    );
  });
});
