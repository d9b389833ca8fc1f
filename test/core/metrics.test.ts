import { describe, expect, it } from 'vitest';
import type { MetricTerm } from '../../core/metrics/types.ts';
import { findMetric, METRICS } from '../../core/metrics.ts';
import { checkStats, STATS, sourceKind } from '../../core/query/evaluate.ts';
import { parseFilter } from '../../core/query/filter.ts';
import { measuresOf } from '../../core/rollups/fold.ts';
import { FAMILIES, MEASURES } from '../../core/telemetry/families.ts';

/** Rows of the requirements whose metrics are in the catalogue from the start. */
const ROWS: Record<string, [from: number, to: number][]> = {
  '000': [[26, 38]],
  '001': [[63, 89]],
  '002': [[35, 62]],
  '003': [[36, 48]],
  '004': [
    [12, 29],
    [63, 67],
  ],
};
const requiredRows = Object.entries(ROWS).flatMap(([source, ranges]) =>
  ranges.flatMap(([from, to]) =>
    Array.from({ length: to - from + 1 }, (_, i) => `${source}.${String(from + i).padStart(3, '0')}`),
  ),
);

const PLAIN_UNITS = ['1', '%', 'ms', 's', 'By', 'By/s', 'USD', 'Cel', 'W', 'J', 'MHz'];
const COUNTED_UNIT = /^(USD\/)?\{[a-z]+\}(\/s)?$/;

const termsOf = (term: MetricTerm): MetricTerm[] => [term, ...(term.plus === undefined ? [] : termsOf(term.plus))];
const ratios = METRICS.flatMap(({ name, source }) => (source.from === 'ratio' ? [{ name, source }] : []));

describe('the metric catalogue', () => {
  it('answers every row of the requirements that asks for a metric', () => {
    const answered = new Set(METRICS.flatMap((metric) => metric.rows));

    expect(requiredRows).toHaveLength(104);
    expect(requiredRows.filter((row) => !answered.has(row))).toEqual([]);
  });

  it('names no row that is not one of the requirements', () => {
    expect(METRICS.flatMap((metric) => metric.rows).filter((row) => !requiredRows.includes(row))).toEqual([]);
  });

  it('has each name once, dotted and camelCase', () => {
    const names = METRICS.map((metric) => metric.name);

    expect(names).toEqual([...new Set(names)]);
    expect(names.filter((name) => !/^[a-z]+\.[a-z][A-Za-z0-9]*$/.test(name))).toEqual([]);
  });

  it('finds a metric by its name and nothing by another', () => {
    expect(findMetric('inference.latency')?.unit).toBe('ms');
    expect(findMetric('inference.Latency')).toBeUndefined();
    expect(findMetric('constructor')).toBeUndefined();
  });

  it('uses known units, 0 to 1 for ratios and percent for utilizations', () => {
    expect(METRICS.filter(({ unit }) => !PLAIN_UNITS.includes(unit) && !COUNTED_UNIT.test(unit))).toEqual([]);
    expect(METRICS.filter(({ name, unit }) => name.endsWith('Ratio') && unit !== '1')).toEqual([]);
    expect(METRICS.filter(({ name, unit }) => /[uU]tilization$/.test(name) && unit !== '%')).toEqual([]);
  });

  it('says what each metric means in whole sentences', () => {
    expect(METRICS.filter(({ meaning }) => !/^[A-Z0-9].*\.$/.test(meaning)).map(({ name }) => name)).toEqual([]);
  });

  it('suggests a stat that can be had of the metric', () => {
    for (const metric of METRICS) expect(() => checkStats(metric, [metric.defaultStat]), metric.name).not.toThrow();
  });

  it('counts and distributes only measures that are kept, of the right kind', () => {
    const missing = METRICS.filter(
      ({ source }) =>
        (source.from === 'count' || source.from === 'distribution') &&
        !MEASURES[source.event].some(({ name, kind }) => name === source.measure && kind === source.from),
    );

    expect(missing).toEqual([]);
  });

  it('names every measure that is kept', () => {
    const named = new Set(
      METRICS.flatMap(({ source }) => ('measure' in source ? `${source.event} ${source.measure}` : [])),
    );
    const kept = Object.entries(MEASURES).flatMap(([event, measures]) =>
      measures.map(({ name }) => `${event} ${name}`),
    );

    expect(kept.filter((measure) => !named.has(measure))).toEqual([]);
  });

  it('keeps measures that are set apart in families of their own', () => {
    const kinds = FAMILIES.map((family) => new Set(measuresOf(family).map(({ isApart }) => isApart ?? false)));

    expect(kinds.filter(({ size }) => size !== 1)).toEqual([]);
  });

  it('counts different values only of dimensions that events are rolled up by', () => {
    const missing = METRICS.filter(
      ({ source }) =>
        source.from === 'distinct' &&
        !FAMILIES.some(({ event, dimensions }) => event === source.event && dimensions.includes(source.dimension)),
    );

    expect(missing).toEqual([]);
  });

  it('builds ratios of metrics that exist, with a stat that they have', () => {
    const wrong = ratios.flatMap(({ name, source }) =>
      [...termsOf(source.numerator), ...termsOf(source.denominator)]
        .filter((term) => {
          const of = findMetric(term.metric);
          return of === undefined || of.source.from === 'ratio' || !STATS[sourceKind(of)]?.includes(term.stat);
        })
        .map((term) => `${name}: ${term.stat} of ${term.metric}`),
    );

    expect(ratios.length).toBeGreaterThan(10);
    expect(wrong).toEqual([]);
  });

  it('filters terms in the grammar of the query', () => {
    const filters = ratios.flatMap(({ source }) =>
      [...termsOf(source.numerator), ...termsOf(source.denominator)].flatMap(({ filter }) => filter ?? []),
    );

    expect(filters.length).toBeGreaterThan(5);
    expect(filters.filter((filter) => parseFilter(filter) === undefined)).toEqual([]);
  });

  it('does not mix events and samples in one ratio', () => {
    const mixed = ratios.filter(({ source }) => {
      const froms = [...termsOf(source.numerator), ...termsOf(source.denominator)].map((term) => {
        const of = findMetric(term.metric)?.source;
        return of === undefined || !('event' in of) ? 'sample' : of.event;
      });
      return new Set(froms).size !== 1;
    });

    expect(mixed).toEqual([]);
  });
});

describe('the measure of total tokens', () => {
  const totalTokens = MEASURES.inference.find(({ name }) => name === 'totalTokens')!;

  it('adds what is known of input and output', () => {
    expect(totalTokens.value({ inputTokens: 7, outputTokens: 5 })).toBe(12);
    expect(totalTokens.value({ outputTokens: 5 })).toBe(5);
    expect(totalTokens.value({ inputTokens: 0 })).toBe(0);
  });

  it('is nothing for a call that reported no tokens', () => {
    expect(totalTokens.value({ latencyMs: 3 })).toBeUndefined();
  });
});

describe('the measures of an error', () => {
  it.each([
    ['absoluteError', { predicted: 1e308, actual: -1e308 }],
    ['squaredError', { predicted: 1e200, actual: 0 }],
    ['absolutePercentageError', { predicted: 1e300, actual: 1e-300 }],
    ['absolutePercentageError', { predicted: 1, actual: 0 }],
  ])('say nothing where %s is no finite number', (name, outcome) => {
    expect(MEASURES.outcome.find((measure) => measure.name === name)!.value(outcome)).toBeUndefined();
  });

  it('are derived of what was predicted and what came', () => {
    const of = MEASURES.outcome.filter(({ name }) => /Error$/.test(name));

    expect(of.map(({ value }) => value({ predicted: 3, actual: 4 }))).toEqual([1, 1, 25]);
  });
});
