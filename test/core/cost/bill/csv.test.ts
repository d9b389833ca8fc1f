import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvReader, separatorOf } from '../../../../core/cost/bill/csv.ts';

const records = (...pieces: string[]) => {
  const reader = csvReader();
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
};
const values = (...pieces: string[]) => records(...pieces).map((record) => record.values);

describe('the reader of CSV', () => {
  it('reads quotes, doubled quotes, line ends in quotes, and both kinds of line end', () => {
    expect(values('a,"b ""c"" d","e\nf"\r\n1,,\n')).toEqual([
      ['a', 'b "c" d', 'e\nf'],
      ['1', '', ''],
    ]);
  });

  it('reads the last line with and without an end', () => {
    expect(values('a,b\n1,2')).toEqual(values('a,b\n1,2\n'));
    expect(values('a,b\n1,"2"')).toEqual(values('a,b\n1,2\n'));
  });

  it('reads the same however the text is cut into pieces', () => {
    const field = fc.stringMatching(/^[a-c ",\n\r]{0,6}$/);
    fc.assert(
      fc.property(
        fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1 }),
        fc.nat(),
        (rows, cut) => {
          const line = (row: string[]) => `${row.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')}\n`;
          const text = rows.map(line).join('');
          const at = cut % (text.length + 1);

          expect(values(text.slice(0, at), text.slice(at))).toEqual(rows);
        },
      ),
    );
  });

  it('counts rows with the header as the first, empty lines among them', () => {
    expect(records('a,b\n\n1,2\n').map(({ row }) => row)).toEqual([1, 3]);
  });

  it('takes a line with a broken quote for one bad record, and goes on with the next', () => {
    const found = records('a,b\n"x" y,2\n3,4\n"z,5\n6,7\n');

    expect(found.map(({ row, fault }) => [row, fault !== undefined])).toEqual([
      [1, false],
      [2, true],
      [3, false],
      [4, true],
      [5, false],
    ]);
    expect(found[4]!.values).toEqual(['6', '7']);
  });

  it('leaves out columns that are not asked for, but of a record of another length', () => {
    const reader = csvReader(',', new Set([1]));

    const found = [...reader.push('a,b,c\n1,"2",3\n"x,y","2 ""z""","3"\n4,5\n6,7,8,9\n'), ...reader.end()];

    expect(found.map((record) => record.values)).toEqual([
      ['a', 'b', 'c'],
      ['', '2', ''],
      ['', '2 "z"', ''],
      ['4', '5'],
      ['6', '7', '8', '9'],
    ]);
  });

  it('knows the separator by the header', () => {
    expect(['a,b', 'a;b;c', 'a\tb', 'a|b'].map(separatorOf)).toEqual([',', ';', '\t', '|']);
  });
});
