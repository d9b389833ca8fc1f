import { EXIT } from './failure.ts';
import type { Sent } from './sendItems.ts';

const SHOWN = 10;

/** Gathers what was wrong with a file, in the order of its lines, as much of it as one wants to read. */
export const problemList = () => {
  const first: { line: number; message: string }[] = [];
  let unsent = 0;
  /** About an event that was sent and refused. */
  const refused = (line: number, message: string) => {
    first.push({ line, message });
    if (first.length > 20 * SHOWN) keepFirst(first);
  };
  return {
    refused,
    /** About a line that was not sent at all: it adds to what was rejected. */
    unread: (line: number, message: string) => {
      unsent++;
      refused(line, message);
    },
    /** Says how it went on stdout, and what was wrong on stderr; answers the exit code. */
    report: ({ accepted, rejected }: Sent): number => {
      const wrong = rejected + unsent;
      console.log(`${accepted.toLocaleString('en')} accepted, ${wrong.toLocaleString('en')} rejected`);
      keepFirst(first);
      for (const { line, message } of first) console.error(`  line ${line}: ${message}`);
      if (wrong > first.length) console.error(`  … and ${(wrong - first.length).toLocaleString('en')} more`);
      return wrong > 0 ? EXIT.badInput : EXIT.ok;
    },
  };
};

const keepFirst = (problems: { line: number }[]) => {
  problems.sort((a, b) => a.line - b.line);
  problems.splice(SHOWN);
};
