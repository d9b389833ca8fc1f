import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { dataOption } from './options.ts';

export const addBackup = (program: Command): Command =>
  program
    .command('backup')
    .summary('copy the data folder while it is in use')
    .description(
      'Take a consistent copy of the data folder, as of one moment, also while the server runs. The copy is a data folder ' +
        'like any other: to restore, stop the server and put it in place, or serve it with --data.',
    )
    .argument('<target>', 'the folder to make; it must not exist')
    .addOption(dataOption())
    .addHelpText(
      'after',
      `
Examples:
  modelmeter backup /backups/modelmeter-2026-01-31
  modelmeter serve --data /backups/modelmeter-2026-01-31 --port 8081`,
    )
    .action(async (target: string, { data }: { data: string }) => {
      const { backup } = await import('../local/sqlite/backup.ts'); // loads the stores
      await backup(resolve(data), resolve(target));
      console.log(`${target}: ${(bytesIn(target) / 1e6).toFixed(1)} MB, a whole copy of ${data}`);
    });

const bytesIn = (dir: string): number =>
  readdirSync(dir, { recursive: true })
    .map((name) => statSync(join(dir, String(name))))
    .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
