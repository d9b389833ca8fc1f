import { resolve } from 'node:path';
import type { Command } from 'commander';
import { awsSession, profileOption, regionOption } from './awsSession.ts';
import { deployConfig } from './deployConfig.ts';
import { EXIT } from './failure.ts';
import { checkMachine } from './machineChecks.ts';
import { configOption, dataOption, urlOption } from './options.ts';
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
        '✓ is well, ! works but could be better, ✗ is broken; the exit code is 1 when anything is. ' +
        'With --aws: look at an AWS account instead, before deploying to it. That reads only, and costs nothing.',
    )
    .addOption(urlOption())
    .addOption(dataOption())
    .option('--aws', 'look at an AWS account instead of this machine')
    .addOption(configOption())
    .addOption(regionOption())
    .addOption(profileOption())
    .option('--paid', 'with --aws: also ask Cost Explorer, once, for $0.01')
    .addHelpText(
      'after',
      `
Examples:
  modelmeter doctor
  modelmeter doctor --url http://127.0.0.1:9000 --data /var/lib/modelmeter
  modelmeter doctor --aws --config modelmeter.yaml --region eu-west-1`,
    )
    .action(async (options: Options, command: Command) => {
      const isExpected = command.getOptionValueSource('url') !== 'default';
      const checks = options.aws ? await checkAws(options) : await checkHere(options, isExpected);
      for (const { state, what, remedy } of checks) {
        console.log(`${MARKS[state]} ${what}`);
        if (remedy) console.log(`    → ${remedy}`);
      }
      process.exitCode = checks.some(({ state }) => state === 'broken') ? EXIT.failed : EXIT.ok;
    });

interface Options {
  url: string;
  data: string;
  aws?: true;
  config?: string;
  region?: string;
  profile?: string;
  paid?: true;
}

const checkHere = async ({ url, data }: Options, isExpected: boolean): Promise<Check[]> => [
  ...checkMachine(resolve(data)),
  ...(await checkServer({ url, isExpected })),
];

const checkAws = async (options: Options): Promise<Check[]> => {
  const config = deployConfig(options.config);
  const session = await awsSession(options);
  const { checkAccount } = await import('./doctorAws/checkAccount.ts'); // loads the SDK
  return checkAccount({ session, config, mayPay: options.paid ?? false });
};
