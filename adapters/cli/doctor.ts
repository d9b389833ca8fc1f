import { resolve } from 'node:path';
import type { Command } from 'commander';
import { EXIT } from './failure.ts';
import { checkMachine } from './machineChecks.ts';
import { dataOption, urlOption } from './options.ts';
import { checkServer } from './serverChecks.ts';

/** One thing that was looked at. `advice` works, but could be better. */
export interface Check {
  state: 'ok' | 'advice' | 'broken';
  what: string;
  /** What to do about it. */
  remedy?: string;
}

const MARKS = { ok: '✓', advice: '!', broken: '✗' };

export const addDoctor = (program: Command): Command =>
  program
    .command('doctor')
    .summary('find out what is wrong')
    .description(
      'Look at this machine, the data folder and the running server, and say what is wrong and how to put it right. ' +
        '✓ is well, ! works but could be better, ✗ is broken; the exit code is 1 when anything is.',
    )
    .addOption(urlOption())
    .addOption(dataOption())
    .addHelpText(
      'after',
      `
Examples:
  modelmeter doctor
  modelmeter doctor --url http://127.0.0.1:9000 --data /var/lib/modelmeter`,
    )
    .action(async ({ url, data }: { url: string; data: string }, command: Command) => {
      const isExpected = command.getOptionValueSource('url') !== 'default';
      const checks = [...checkMachine(resolve(data)), ...(await checkServer({ url, isExpected }))];
      for (const { state, what, remedy } of checks) {
        console.log(`${MARKS[state]} ${what}`);
        if (remedy) console.log(`    → ${remedy}`);
      }
      process.exitCode = checks.some(({ state }) => state === 'broken') ? EXIT.failed : EXIT.ok;
    });
