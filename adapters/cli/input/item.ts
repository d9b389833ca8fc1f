import { badInput } from '../failure.ts';

/** One event of a file: its JSON on one line, and the line of the file (from 1) where it begins. */
export interface Item {
  text: string;
  line: number;
}

/** Tells what is wrong with a line; it is left out, and what is good beside it is kept. */
export type OnProblem = (line: number, message: string) => void;

/** One event longer than this is another kind of file; it bounds memory, and the server takes no larger body. */
export const MAX_ITEM_BYTES = 4 * 1024 * 1024;

export const tooLong = (line: number) =>
  badInput(`line ${line}: an event longer than 4 MiB; is this really a file of events?`);
