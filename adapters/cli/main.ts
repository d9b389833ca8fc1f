import { Command, CommanderError } from 'commander';
import { addBackup } from './backup.ts';
import { addCost } from './cost.ts';
import { addDashboards } from './dashboards.ts';
import { addDoctor } from './doctor.ts';
import { addEstimate } from './estimate.ts';
import { addExport } from './export.ts';
import { EXIT, tell } from './failure.ts';
import { addImport } from './import.ts';
import { addKeys } from './keys.ts';
import { addNotices } from './notices.ts';
import { addPrices } from './prices.ts';
import { addQuery } from './query.ts';
import { addReconcile } from './reconcile.ts';
import { addRedrive } from './redrive/redrive.ts';
import { addReplay } from './replay.ts';
import { addSend } from './send.ts';
import { addServe } from './serve.ts';

const COMMANDS = [
  addServe,
  addSend,
  addQuery,
  addNotices,
  addReplay,
  addExport,
  addImport,
  addDoctor,
  addBackup,
  addKeys,
  addCost,
  addPrices,
  addReconcile,
  addEstimate,
  addRedrive,
  addDashboards,
];

/** Runs one command line; answers the exit code: 0 done, 1 it failed, 2 bad input. */
export const main = async (args: readonly string[], version: string): Promise<number> => {
  const program = new Command('modelmeter')
    .description(
      'Monitoring and cost analytics for AI models: on one machine with nothing but Node, or in your AWS account.',
    )
    .version(version)
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: false })
    .addHelpText(
      'after',
      `
modelmeter <command> --help says more, with examples.

Examples:
  modelmeter serve --demo
  modelmeter send events.ndjson
  modelmeter query inference.latency --stat p95 --group-by model --from now-3h`,
    );
  for (const add of COMMANDS) exitByThrowing(add(program));
  exitByThrowing(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? EXIT.ok);
  } catch (error) {
    if (!(error instanceof CommanderError)) return tell(error);
    return error.exitCode === 0 ? EXIT.ok : EXIT.badInput; // commander has said what was wrong
  }
};

const exitByThrowing = (command: Command) => {
  for (const sub of command.commands) exitByThrowing(sub);
  command.exitOverride();
  command.showHelpAfterError(`(${fullName(command)} --help says more)`);
};

const fullName = (command: Command): string =>
  command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
