import { writeFileSync } from 'node:fs';

/** A promise about a measured value; exactly one bound. */
export interface Limit {
  name: string;
  value: number;
  atLeast?: number;
  atMost?: number;
}

const isKept = ({ value, atLeast, atMost }: Limit): boolean =>
  value >= (atLeast ?? Number.NEGATIVE_INFINITY) && value <= (atMost ?? Number.POSITIVE_INFINITY);

/** Prints each limit with what was measured; the process ends with 1 when one is not kept. */
export const reportLimits = (limits: readonly Limit[]): void => {
  for (const limit of limits) {
    const bound = limit.atLeast === undefined ? `at most ${limit.atMost}` : `at least ${limit.atLeast}`;
    console.log(`${isKept(limit) ? 'ok  ' : 'MISS'} ${limit.name}: ${Number(limit.value.toFixed(2))}, ${bound}`);
  }
  if (!limits.every(isKept)) process.exitCode = 1;
};

export const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** Keeps a run: `results/<name>.json` with everything, `results/<name>.md` with the table for the README. */
export const saveResult = (name: string, result: object, table: string): void => {
  const file = (extension: string) => new URL(`./results/${name}.${extension}`, import.meta.url);
  writeFileSync(file('json'), `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(file('md'), `${table}\n`);
};
