import { DAY } from '../telemetry/families.ts';

/** What a value over the limit becomes. */
export const OTHER = '__other__';

/** Different values of one dimension, and different series, that one family may have in a day. */
export interface CardinalityLimits {
  valuesPerDimension: number;
  /** For what is many by nature: clients, users, series of one metric, names of metrics. */
  valuesPerClient: number;
  seriesPerFamily: number;
}

export const DEFAULT_LIMITS: CardinalityLimits = {
  valuesPerDimension: 2_000,
  valuesPerClient: 20_000,
  seriesPerFamily: 100_000,
};

/** Series that are remembered over all days: some 100 MB. How often that is looked at, in days of families. */
const MAX_HELD = 400_000;
const LOOK_EVERY = 64;
/** The mark of a day that was seeded from the store. */
export const SEEDED = 'seeded';

const MANY = new Set(['client', 'user', 'metric']);

/**
 * Keeps the number of series bounded: remembers which values each dimension of each family had on each day, and folds
 * further ones into `__other__`. Holds state, for one owner; `remember` seeds it with what the store has already.
 */
export const cardinalityGuard = (limits: CardinalityLimits) => {
  const days = new Map<string, { values: Set<string>[]; series: Set<string> }>();
  const keyOf = (family: string, timeMs: number) => `${family} ${Math.floor(timeMs / DAY)}`;
  const dayOf = (family: string, timeMs: number, dimensions: number) => {
    const key = keyOf(family, timeMs);
    let day = days.get(key);
    if (!day) {
      day = { values: Array.from({ length: dimensions }, () => new Set()), series: new Set() };
      days.set(key, day);
      if (days.size % LOOK_EVERY === 0) forget(Math.floor(timeMs / DAY));
    }
    return day;
  };

  /** The days first written to go first, with the mark that they are known; the store seeds them should they come again. */
  const forget = (keep: number) => {
    let held = 0;
    for (const { series, values } of days.values()) held += series.size + values.length;
    for (const [key, { series, values }] of days) {
      if (held <= MAX_HELD) return;
      const day = key.slice(key.lastIndexOf(' ') + 1);
      if (day === String(keep)) continue;
      held -= series.size + values.length;
      days.delete(key);
      days.delete(keyOf(SEEDED, Number(day) * DAY));
    }
  };

  return {
    knows: (family: string, timeMs: number) => days.has(keyOf(family, timeMs)),

    /** How many series were seen on the day of a time. */
    seriesOn(timeMs: number): number {
      const day = ` ${Math.floor(timeMs / DAY)}`;
      let count = 0;
      for (const [key, { series }] of days) if (key.endsWith(day)) count += series.size;
      return count;
    },

    remember(family: string, timeMs: number, series: readonly (readonly string[])[], dimensions: number) {
      const day = dayOf(family, timeMs, dimensions);
      for (const values of series) {
        for (const [d, value] of values.entries()) day.values[d]!.add(value);
        day.series.add(values.join('\u001f'));
      }
    },

    /**
     * A series' values as they may be kept. `folded` is told each dimension whose value was folded; a whole series over
     * the family's limit is folded in every dimension that has a value.
     */
    admit(
      of: { family: string; timeMs: number; dimensions: readonly string[] },
      values: readonly string[],
      folded: (dimension: string) => void,
    ): readonly string[] {
      const day = dayOf(of.family, of.timeMs, of.dimensions.length);
      let kept = values.map((value, d) => {
        const known = day.values[d]!;
        const limit = MANY.has(of.dimensions[d]!) ? limits.valuesPerClient : limits.valuesPerDimension;
        if (value === '' || value === OTHER || known.has(value)) return value;
        if (known.size < limit) {
          known.add(value);
          return value;
        }
        folded(of.dimensions[d]!);
        return OTHER;
      });
      const key = kept.join('\u001f');
      if (!day.series.has(key)) {
        if (day.series.size >= limits.seriesPerFamily) {
          folded('*');
          kept = kept.map((value) => (value === '' ? '' : OTHER));
        } else day.series.add(key);
      }
      return kept;
    },
  };
};

export type CardinalityGuard = ReturnType<typeof cardinalityGuard>;
