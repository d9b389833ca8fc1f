import { type Command, InvalidArgumentError, Option } from 'commander';
import { deployConfig } from './deployConfig.ts';
import type { FleetSize } from './estimate/fleet.ts';
import { configOption } from './options.ts';

interface Options extends FleetSize {
  config?: string;
  events?: number;
}

export const addEstimate = (program: Command): Command =>
  program
    .command('estimate')
    .summary('AWS: what a deployment will cost')
    .description(
      'Say what the stacks of a configuration will cost in AWS: in a month without telemetry, for a million events, and ' +
        'for the GPU fleet, sources and channels that are configured. From calls that were counted (bench/aws-cost), at list ' +
        'prices; free tiers are not taken off.',
    )
    .addOption(configOption())
    .addOption(new Option('--events <number>', 'also the month with so many events in a day').argParser(count))
    .addOption(new Option('--hosts <number>', 'GPU hosts').default(1).argParser(count))
    .addOption(new Option('--gpus-per-host <number>', 'GPUs of each').default(8).argParser(count))
    .addOption(new Option('--disks-per-host <number>', 'file systems of each').default(2).argParser(count))
    .addHelpText(
      'after',
      `
Examples:
  modelmeter estimate
  modelmeter estimate --config modelmeter.yaml --events 5000000 --hosts 10`,
    )
    .action(async (options: Options) => {
      const { report } = await import('./estimate/report.ts'); // loads the dashboards and what was counted
      console.log(report(deployConfig(options.config), options).join('\n'));
    });

const count = (text: string): number => {
  if (!/^\d{1,12}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
};
