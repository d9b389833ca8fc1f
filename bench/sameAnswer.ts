import type { Question } from './questions.ts';

/** An answer as one number for each key; the key names group, step and stat. */
export type Values = Map<string, number>;

interface ModelmeterAnswer {
  series: { labels: Record<string, string>; stat: string; points: [number, number | null][] }[];
}

interface DuckdbAnswer {
  /** One array for each column; a quantile question's last column holds a list for each row. */
  columns: (string | number | number[])[][];
}

/** Steps without a value are left out: DuckDB has no row for them. */
export const modelmeterValues = (answer: unknown, { stepMs }: Question): Values => {
  const values: Values = new Map();
  for (const { labels, stat, points } of (answer as ModelmeterAnswer).series)
    for (const [startMs, value] of points) {
      const group = Object.values(labels);
      const start = stepMs === 'all' ? [] : [startMs];
      const quantile = /^p\d/.test(stat) ? [stat] : [];
      if (value !== null) values.set([...group, ...start, ...quantile].join(' '), value);
    }
  return values;
};

export const duckdbValues = (answer: unknown, { name }: Question): Values => {
  const values: Values = new Map();
  const { columns } = answer as DuckdbAnswer;
  const stats = { q1: ['p50', 'p95', 'p99'], q2: [], q3: [], q4: [], q5: ['p99'] }[name];
  columns.at(-1)!.forEach((value, row) => {
    const key = columns.slice(0, -1).map((column) => column[row]);
    [value].flat().forEach((number, index) => {
      values.set([...key, ...stats.slice(index, index + 1)].join(' '), number as number);
    });
  });
  return values;
};

/** The first difference beyond the tolerance in words; undefined when the answers agree. */
export const difference = (ours: Values, theirs: Values, tolerance: number): string | undefined => {
  for (const [key, expected] of theirs) {
    const value = ours.get(key);
    if (value === undefined) return `nothing for "${key}", ${expected} expected`;
    if (Math.abs(value - expected) > tolerance * Math.abs(expected))
      return `${value} for "${key}", ${expected} expected`;
  }
  for (const key of ours.keys()) if (!theirs.has(key)) return `${ours.get(key)} for "${key}", nothing expected`;
  return theirs.size === 0 ? 'both are empty' : undefined;
};
