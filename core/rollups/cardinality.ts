import { DAY } from '../telemetry/families.ts';

/** What a value over the limit becomes. */
export const OTHER = '__other__';

/** Different values of one dimension, and different series, that one family may have in a day. */
export interface CardinalityLimits {
  valuesPerDimension: number;
  /** For dimensions that are many by nature: client, user. */
  valuesPerClient: number;
  seriesPerFamily: number;
}

export const DEFAULT_LIMITS: CardinalityLimits = {
  valuesPerDimension: 2_000,
  valuesPerClient: 20_000,
  seriesPerFamily: 100_000,
};

const MANY = new Set(['client', 'user']);

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
      // A day nobody wrote to for long is forgotten first; it is seeded from the store should it be written to again.
      if (days.size > 20_000) days.delete(days.keys().next().value!);
    }
    return day;
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
