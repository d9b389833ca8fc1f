import { EXIT } from './failure.ts';
import type { Sent } from './sendItems.ts';

const SHOWN = 10;
const MAX_WARNINGS = 20;

const count = (n: number) => n.toLocaleString('en');

/** Gathers what was wrong with a file, in the order of its lines, as much of it as one wants to read. */
export const problemList = () => {
  const first: { line: number; message: string }[] = [];
  /** Line by message: what looks like a mistake is mostly in every line. */
  const warnings = new Map<string, number>();
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
    /** About an event that was taken. */
    warned: (line: number, message: string) => {
      if (warnings.size < MAX_WARNINGS) warnings.set(message, Math.min(line, warnings.get(message) ?? line));
    },
    /** Says how it went on stdout, and what was wrong on stderr; answers the exit code. */
    report: ({ accepted, rejected, known }: Sent): number => {
      const wrong = rejected + unsent;
      const already = known > 0 ? `, of which ${count(known)} were there already` : '';
      console.log(`${count(accepted)} accepted${already}, ${count(wrong)} rejected`);
      keepFirst(first);
      for (const { line, message } of first) console.error(`  line ${line}: ${message}`);
      const told = new Set(first.map(({ line }) => line)).size;
      if (wrong > told) console.error(`  … and ${count(wrong - told)} more`);
      for (const [message, line] of warnings) console.error(`  warning, line ${line}: ${message}`);
      return wrong > 0 ? EXIT.badInput : EXIT.ok;
    },
  };
};

const keepFirst = (problems: { line: number }[]) => {
  problems.sort((a, b) => a.line - b.line);
  problems.splice(SHOWN);
};
