import { type BillScratch, type GatheredBill, gatherBills } from '../cost/bill/gather.ts';
import type { BillFormat } from '../cost/bill/line.ts';
import { MAPPERS } from '../cost/bill/mapper.ts';
import { repeatFilter } from '../cost/bill/repeats.ts';
import { type BILL_MODES, replaceBills } from '../cost/bill/replace.ts';
import { type BillReport, type BillTally, billTally } from '../cost/bill/report.ts';
import { shown } from '../cost/bill/row.ts';
import type { BillPorts } from '../cost/bill/store.ts';
import { AppError } from '../errors.ts';

/** A row as a file has it: texts by column, '' where there is none. */
export interface BillRow {
  /** See `BillProblem`. */
  row: number;
  values: readonly string[];
  /** What is wrong with the row as a whole. */
  fault?: string;
}

/** A file of a bill, opened. */
export interface BillFile {
  name: string;
  columns: readonly string[];
  /** Pieces of it in order, with the part of the file that was read by then, 0 to 1. */
  read(used: ReadonlySet<number>): AsyncIterable<{ rows: readonly BillRow[]; done: number }>;
}

export interface BillImport {
  format: BillFormat;
  /** All parts of what is imported: files of one export belong into one import. */
  files: readonly (() => Promise<BillFile>)[];
  /** See `replaceBills`. */
  mode: (typeof BILL_MODES)[number];
  nowMs: number;
  onProgress?: (progress: { rows: number; done: number }) => void;
}

/**
 * Takes the files of bills in. What is in them replaces what there is of the same bills, as `mode` says; the same files again
 * change nothing. A row that is wrong is told and left out. Not for two at a time over one store.
 *
 * @throws AppError invalidInput when a file is none of that format or holds no row, or when days would be lost; nothing changed then
 */
export const importBill =
  (ports: BillPorts & { scratch: BillScratch }) =>
  async (job: BillImport): Promise<BillReport> => {
    const tally = billTally();
    const gathered = gatherBills(ports);
    const names: string[] = [];
    for (const [i, open] of job.files.entries()) {
      const file = await open();
      names.push(file.name);
      const onPiece = (done: number) =>
        job.onProgress?.({ rows: tally.counts().rows, done: (i + done) / job.files.length });
      await readFile({ file, format: job.format, tally, gathered, onPiece });
    }
    const bills = gathered.bills();
    if (tally.counts().rows === 0) throw new AppError('invalidInput', `there is no row in ${names.join(', ')}`);
    return tally.report(await replaceBills(ports, { ...job, bills, files: names }));
  };

interface Reading {
  file: BillFile;
  format: BillFormat;
  tally: BillTally;
  gathered: { add: ReturnType<typeof gatherBills>['add']; settle(): Promise<void>; bills(): GatheredBill[] };
  onPiece: (done: number) => void;
}

const readFile = async ({ file, format, tally, gathered, onPiece }: Reading): Promise<void> => {
  const { columns, name } = file;
  const mapper = MAPPERS[format](columns);
  if (mapper.missing.length > 0)
    throw new AppError(
      'invalidInput',
      `${name} has no column ${mapper.missing.join(', ')}: is it a file of format ${format}? Its columns are ${shown(columns.join(', '))}`,
    );
  tally.ignore(mapper.ignored);
  const isRepeat = repeatFilter();
  const identified = [...mapper.identity, ...mapper.used];
  for await (const { rows, done } of file.read(new Set(identified))) {
    for (const { row, values, fault } of rows) {
      tally.row();
      const wrong = fault ?? lengthFault(values.length, columns.length);
      if (wrong !== undefined) {
        tally.reject(name, [{ row, column: '', message: wrong, value: shown(values.join(',')) }]);
        continue;
      }
      if (mapper.identity.length > 0 && isRepeat(values, identified)) {
        tally.repeat();
        continue;
      }
      const problems = mapper.map(row, values, gathered.add);
      if (problems.length > 0) tally.reject(name, problems);
    }
    await gathered.settle();
    onPiece(done);
  }
};

const lengthFault = (values: number, columns: number): string | undefined =>
  values === columns
    ? undefined
    : `has ${values} values where the header has ${columns}${values < columns ? ': is it cut off?' : ''}`;
