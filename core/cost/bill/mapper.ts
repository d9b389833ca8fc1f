import { curMapper } from './cur.ts';
import { focusMapper } from './focus.ts';
import type { BillFormat } from './line.ts';
import type { BillMapper } from './row.ts';

/** How the rows of a file become lines, by its format and the names of its columns. */
export const MAPPERS: Readonly<Record<BillFormat, (columns: readonly string[]) => BillMapper>> = {
  focus: focusMapper,
  cur: curMapper,
};
