import { withoutSeparators } from './dayLines.ts';

/** One record of a CSV text. */
export interface CsvRecord {
  /** Counted from 1, the header among them. */
  row: number;
  /** Of a record that is longer or shorter than the header all are there, whichever are asked for. */
  values: string[];
  /** What is wrong with its quotes, where something is. */
  fault?: string;
}

const QUOTE = 34;
const NEWLINE = 10;
const RETURN = 13;
/** A quote that is never closed would make one value of the rest of the file: past this it is a fault of its line. */
const LONGEST_VALUE = 1_000_000;

/**
 * Cuts CSV (RFC 4180: quotes doubled in quotes, line ends in quotes) into records, however the text is cut into pieces. Our
 * own since it is several times as fast as what is there, tells the row of each fault, and goes on after it: a line with a
 * quote that is not closed is one bad record, and the next line is read again.
 *
 * @param separator one character
 * @param used places of the columns that are asked for: the values of the others are '', which saves making them
 */
export const csvReader = (separator = ',', used?: ReadonlySet<number>) => {
  const comma = separator.charCodeAt(0);
  let rest = '';
  let row = 0;
  /** Of the header: '' for each of its columns, and whether it is asked for. */
  let blank: readonly string[] = [];
  let isUsed: readonly boolean[] = [];

  /** The record at `from`; undefined = its end is not in the text. */
  const recordAt = (
    text: string,
    from: number,
    isLast: boolean,
    isWhole = blank.length === 0,
  ): { record: CsvRecord; next: number } | undefined => {
    const values = isWhole ? [] : blank.slice();
    let column = 0;
    const ended = (next: number) =>
      isWhole || column === blank.length ? { record: { row: 0, values }, next } : recordAt(text, from, isLast, true);
    let newline = text.indexOf('\n', from);
    let at = from;
    for (;;) {
      if (text.charCodeAt(at) === QUOTE) {
        let close = text.indexOf('"', at + 1);
        const isPlain = text.charCodeAt(close + 1) !== QUOTE;
        if (!isPlain && close !== -1) close = closingQuote(text, close);
        if (close === -1) {
          if (!isLast && text.length - at <= LONGEST_VALUE) return undefined;
          return faulty(text, from, 'a quote is opened and not closed');
        }
        if (isWhole || isUsed[column] === true) {
          const value = text.slice(at + 1, close);
          values[column] = isPlain ? value : value.replaceAll('""', '"');
        }
        column++;
        at = close + 1;
        const after = text.charCodeAt(at);
        if (newline !== -1 && newline < at) newline = text.indexOf('\n', at);
        if (after === comma) {
          at++;
          continue;
        }
        if (Number.isNaN(after)) return isLast ? ended(at) : undefined;
        if (after === NEWLINE) return ended(at + 1);
        if (after === RETURN && text.charCodeAt(at + 1) === NEWLINE) return ended(at + 2);
        if (after === RETURN && at + 1 === text.length && !isLast) return undefined;
        return faulty(text, from, 'text stands behind a closing quote');
      }
      const next = text.indexOf(separator, at);
      if (newline === -1 && !isLast) return undefined;
      const lineEnd = newline === -1 ? text.length : newline;
      if (next !== -1 && next < lineEnd) {
        if (isWhole || isUsed[column] === true) values[column] = text.slice(at, next);
        column++;
        at = next + 1;
        continue;
      }
      const end = lineEnd > at && text.charCodeAt(lineEnd - 1) === RETURN ? lineEnd - 1 : lineEnd;
      if (isWhole || isUsed[column] === true) values[column] = text.slice(at, end);
      column++;
      return ended(lineEnd + 1);
    }
  };

  const cut = (text: string, isLast: boolean): CsvRecord[] => {
    const records: CsvRecord[] = [];
    let at = 0;
    while (at < text.length) {
      const found = recordAt(text, at, isLast);
      if (!found) break;
      at = found.next;
      const { record } = found;
      row++;
      const isEmpty = record.values.length === 1 && record.values[0] === '' && record.fault === undefined;
      if (isEmpty) continue;
      record.row = row;
      records.push(record);
      if (used === undefined || blank.length > 0) continue;
      blank = record.values.map(() => '');
      isUsed = blank.map((_, place) => used.has(place));
    }
    rest = text.slice(at);
    return records;
  };

  return {
    /** The records that end in this piece of text, and what was left of the one before. */
    push: (text: string): CsvRecord[] => cut(rest + withoutSeparators(text), false),
    /** What is left when the text has ended. */
    end: (): CsvRecord[] => cut(rest, true),
  };
};

/** The line alone; the next one is read as if nothing had been. */
const faulty = (text: string, from: number, fault: string) => {
  const newline = text.indexOf('\n', from);
  const end = newline === -1 ? text.length : newline;
  return { record: { row: 0, values: [text.slice(from, end)], fault }, next: end + 1 };
};

const closingQuote = (text: string, from: number): number => {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 2))
    if (text.charCodeAt(at + 1) !== QUOTE) return at;
  return -1;
};

/** The separator of a file, by its header: the one of `,` `;` tab and `|` that it has most of. */
export const separatorOf = (header: string): string =>
  [',', ';', '\t', '|'].reduce((best, each) => (header.split(each).length > header.split(best).length ? each : best));
