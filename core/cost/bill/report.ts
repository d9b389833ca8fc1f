import type { BillProblem } from './line.ts';
import type { Totals } from './store.ts';

/** How an import went. */
export interface BillReport {
  /** Rows that were read, those with problems among them. */
  rows: number;
  /** Rows that stood there twice, with one id and one content, and counted once. */
  repeated: number;
  /** Rows that were left out. */
  rejected: number;
  /** The first of what was wrong, in the order of the files. A row can have several. */
  problems: (BillProblem & { file: string })[];
  /** Columns that no use was made of, each once. */
  ignoredColumns: string[];
  bills: BillOutcome[];
}

export interface BillOutcome {
  provider: string;
  billingAccount?: string | undefined;
  billingPeriod: string;
  kind: 'new' | 'replaced' | 'added' | 'unchanged';
  /** Of what was in the files. */
  days: number;
  rows: number;
  totals: Totals;
  /** What the bill was before. */
  before?: { days: number; rows: number; totals: Totals };
  /** Days, YYYY-MM-DD, that it had before and has no more. */
  removedDays: string[];
  /** The months, YYYY-MM, that days which changed lie in. */
  changedMonths: string[];
}

const MOST_PROBLEMS = 20;

/** Counts rows and keeps the first problems. */
export const billTally = () => {
  const tally = { rows: 0, repeated: 0, rejected: 0 };
  const problems: BillReport['problems'] = [];
  const ignored = new Set<string>();
  return {
    row: () => void tally.rows++,
    repeat: () => void tally.repeated++,
    reject(file: string, found: readonly BillProblem[]): void {
      tally.rejected++;
      for (const problem of found) if (problems.length < MOST_PROBLEMS) problems.push({ file, ...problem });
    },
    ignore(columns: readonly string[]): void {
      for (const column of columns) ignored.add(column);
    },
    counts: () => ({ ...tally }),
    report: (bills: BillOutcome[]): BillReport => ({ ...tally, problems, ignoredColumns: [...ignored], bills }),
  };
};
export type BillTally = ReturnType<typeof billTally>;
