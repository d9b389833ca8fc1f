import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventInput, type Inference, type ModelEvent } from '../../core/telemetry/events.ts';
import { DAY, HOUR, MINUTE } from '../../core/telemetry/families.ts';
import { FLEET } from '../../demo/deployments.ts';
import { anchorOf, fleetEvents } from '../../demo/fleet.ts';

const anchorMs = Date.UTC(2026, 10, 20, 15);
const day = (fromMs: number, toMs: number, seed = 1) => [...fleetEvents({ seed, anchorMs, fromMs, toMs })];
const byTime = (events: readonly ModelEvent[]) =>
  events.map((event) => JSON.stringify(event)).sort((a, b) => (a < b ? -1 : 1));

describe('the simulated fleet', () => {
  const sample = day(anchorMs - 30 * HOUR, anchorMs - 18 * HOUR);

  it('has eight deployments of four teams, one of them without an owner', () => {
    expect(FLEET).toHaveLength(8);
    expect(new Set(FLEET.map(({ team }) => team)).size).toBe(4);
    expect(FLEET.filter(({ owner }) => owner === undefined).map(({ name }) => name)).toEqual(['growth-copywriter']);
    for (const { callers, weight } of FLEET)
      expect(callers.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(weight > 0 ? 1 : 0, 9);
  });

  it('makes only events that the door takes as they are', () => {
    const whole = day(anchorMs - 8 * DAY - 4 * HOUR, anchorMs - 8 * DAY + 20 * HOUR);
    for (const event of whole) expect(EventInput.parse(event)).toEqual(event);
    expect(new Set(whole.map(({ kind }) => kind)).size).toBe(6);
  });

  it('gives every event a time in the range asked for, and an id of its own where it has one', () => {
    const range = { fromMs: anchorMs + 1234, toMs: anchorMs + HOUR + 777 };
    const events = day(range.fromMs, range.toMs);

    expect(events.every(({ timestamp }) => timestamp >= range.fromMs && timestamp < range.toMs)).toBe(true);
    const ids = sample.flatMap(({ id }) => id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('makes the same events however a range is split', () => {
    const fromMs = anchorMs - 6 * HOUR;
    const whole = byTime(day(fromMs, fromMs + HOUR));

    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: HOUR - 1 }), { maxLength: 12 }), (cuts) => {
        const bounds = [0, ...cuts.sort((a, b) => a - b), HOUR].map((offset) => fromMs + offset);
        const parts = bounds.slice(1).flatMap((toMs, i) => day(bounds[i]!, toMs));
        expect(byTime(parts)).toEqual(whole);
      }),
      { numRuns: 25 },
    );
  });

  it('depends on seed and anchor, and agrees for two starts within the same hour', () => {
    expect(day(anchorMs, anchorMs + HOUR)).toEqual(day(anchorMs, anchorMs + HOUR));
    expect(day(anchorMs, anchorMs + HOUR, 2)).not.toEqual(day(anchorMs, anchorMs + HOUR));
    expect(anchorOf(anchorMs + 59 * MINUTE)).toBe(anchorOf(anchorMs));
  });

  it('follows the day and the week', () => {
    const midnightMs = Date.UTC(2026, 10, 17); // a Tuesday
    const inferences = (fromMs: number, toMs: number) =>
      day(fromMs, toMs).filter(({ kind }) => kind === 'inference').length;
    const noon = inferences(midnightMs + 12 * HOUR, midnightMs + 16 * HOUR);
    const night = inferences(midnightMs, midnightMs + 4 * HOUR);
    const sunday = inferences(midnightMs + 5 * DAY + 12 * HOUR, midnightMs + 5 * DAY + 16 * HOUR);

    expect(noon / night).toBeGreaterThan(2.5);
    expect(noon / sunday).toBeGreaterThan(1.3);
  });

  it('makes as many requests as asked for, on average over a week', () => {
    const week = [...fleetEvents({ seed: 1, anchorMs, fromMs: anchorMs - 14 * DAY, toMs: anchorMs - 7 * DAY })];
    const calls = week.filter((event): event is Inference => event.kind === 'inference');

    expect(calls.length / (7 * 24 * 60)).toBeGreaterThan(19.5);
    expect(calls.length / (7 * 24 * 60)).toBeLessThan(20.5);
  });
});
