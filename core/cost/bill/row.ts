import type { BillLine, BillProblem } from './line.ts';
import { copyOf, readNumber, readText, readTime, remembering } from './values.ts';

/** What becomes of the rows of one file. A row gives a line, several where it splits another's cost, or its problems. */
export interface BillMapper {
  /** Columns that the format has no use for. */
  ignored: readonly string[];
  /** Columns that the format cannot do without and the file has not; with any of them no row can be mapped. */
  missing: readonly string[];
  /** Places of the columns that are read: a reader may leave the others empty. */
  used: ReadonlySet<number>;
  /** Places of the columns that name a line; [] = the file has none, and equal rows are different lines. */
  identity: readonly number[];
  /** Answers what is wrong with the row; [] = its lines were given to `emit`. A value that is absent is ''. */
  map(row: number, values: readonly string[], emit: Emit): readonly BillProblem[];
}

/** @param kind one object for lines that are equal in all but times and amounts, where that is known at no cost */
export type Emit = (line: BillLine, kind?: object) => void;

const SHOWN_CHARACTERS = 80;
export const shown = (value: string): string =>
  value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS)}…` : value;

const NONE: readonly BillProblem[] = [];

/** Readers of files take it out of values: see `withoutSeparators`. */
const BETWEEN = '\x1f';
/** What is remembered of different rows: about 1 kB each. */
const MOST_REMEMBERED = 20_000;
/** Of them looked up by one text: they are gone through one by one. */
const MOST_ALIKE = 32;

/**
 * Reads values of one row after another by the names of a format, and gathers what is wrong with them, so that a mapper can
 * ask for everything it needs and say at the end whether it got it.
 */
export const rowReader = <Name extends string>(
  at: Readonly<Partial<Record<Name, number>>>,
  columns: readonly string[],
) => {
  const timeOf = remembering(readTime);
  let row = 0;
  let values: readonly string[] = [];
  let problems: BillProblem[] = [];

  const raw = (name: Name): string => {
    const place = at[name];
    return place === undefined ? '' : (values[place] ?? '');
  };
  const wrong = (name: Name, message: string): void => {
    problems.push({ row, column: columns[at[name]!] ?? name, message, value: shown(raw(name)) });
  };
  const needed = <T>(name: Name, value: T | undefined): T | undefined => {
    if (value === undefined) wrong(name, 'is empty');
    return value;
  };

  return {
    begin(number: number, of: readonly string[]): void {
      row = number;
      values = of;
      if (problems.length > 0) problems = [];
    },
    problems: (): readonly BillProblem[] => (problems.length === 0 ? NONE : problems),
    wrong,
    raw,
    text: (name: Name): string | undefined => readText(raw(name)),
    number(name: Name): number | undefined {
      const value = readNumber(raw(name));
      if (value === null) wrong(name, 'is no number');
      return value ?? undefined;
    },
    neededNumber(name: Name): number {
      const value = readNumber(raw(name));
      if (value === null) wrong(name, 'is no number');
      return (value === null ? 0 : needed(name, value)) ?? 0;
    },
    time(name: Name): number | undefined {
      const value = timeOf(raw(name));
      if (value === null) wrong(name, 'is no time, such as 2026-03-01T00:00:00Z');
      return value ?? undefined;
    },
    neededTime(name: Name): number {
      const value = timeOf(raw(name));
      if (value === null) wrong(name, 'is no time, such as 2026-03-01T00:00:00Z');
      return (value === null ? 0 : needed(name, value)) ?? 0;
    },
    /**
     * Reads what some columns say, once for all rows that say the same there; not where it found problems. What it reads keeps no
     * more than that row's values in memory.
     *
     * @param names all columns that `read` looks at, in the order in which they are compared
     * @param by those of them that tell most rows apart: rows are looked up by the first that says something. To look them up by all
     *   columns took several times as long.
     * @returns takes what else tells rows apart
     */
    remembered<T>(names: readonly Name[], by: readonly Name[], read: () => T): (more: string) => T {
      const places = names.flatMap((name) => at[name] ?? []);
      const known = new Map<string, { of: readonly string[]; more: string; made: T }[]>();
      let count = 0;
      const isSame = (of: readonly string[]): boolean => {
        for (const place of places) if (values[place] !== of[place]) return false;
        return true;
      };
      return (more) => {
        let key = '';
        for (const name of by) {
          key = raw(name);
          if (readText(key) !== undefined) break;
        }
        const alike = known.get(key) ?? [];
        for (const each of alike) if (each.more === more && isSame(each.of)) return each.made;
        const before = problems.length;
        const pieces = values;
        values = copyOf(pieces.join(BETWEEN)).split(BETWEEN);
        const row = { of: values, more, made: read() };
        values = pieces;
        if (problems.length > before) return row.made;
        if (++count > MOST_REMEMBERED) {
          known.clear();
          count = 0;
        }
        known.set(copyOf(key), [row, ...alike].slice(0, MOST_ALIKE));
        return row.made;
      };
    },
    /** One of the keys of a table, however it is capitalised; what is none of them is a problem. */
    oneOf<T>(name: Name, table: Readonly<Record<string, T>>): T | undefined {
      const text = readText(raw(name));
      const found = text === undefined ? undefined : table[text.toLowerCase()];
      if (text !== undefined && found === undefined) wrong(name, `is none of ${Object.keys(table).join(', ')}`);
      return found;
    },
    currency(name: Name): string {
      const text = readText(raw(name));
      if (text === undefined) wrong(name, 'is empty');
      else if (!/^[A-Za-z]{3}$/.test(text)) wrong(name, 'is no currency, such as USD');
      return text === undefined ? '' : text.toUpperCase();
    },
  };
};
