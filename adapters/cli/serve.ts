import { type Command, Option } from 'commander';
import { configOption, dataOption, port } from './options.ts';

export interface ServeOptions {
  demo?: true;
  port: number;
  host: string;
  data: string;
  config?: string;
  log: 'text' | 'json';
}

export const addServe = (program: Command): Command =>
  program
    .command('serve')
    .summary('run Modelmeter on this machine')
    .description(
      'Run Modelmeter on this machine: take in telemetry, roll it up, keep it, answer queries, show the page.',
    )
    .option(
      '--demo',
      'with a simulated fleet of eight deployments: three weeks of history on the first start, then live',
    )
    .addOption(new Option('--port <port>', '0 = any that is free').env('PORT').default(8080).argParser(port))
    .addOption(
      new Option(
        '--host <address>',
        'where to listen; other than loopback only with an API key (modelmeter keys) or MODELMETER_TOKENS',
      )
        .env('HOST')
        .default('127.0.0.1'),
    )
    .addOption(dataOption())
    .addOption(configOption())
    .addOption(new Option('--log <format>', 'for people or for machines').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      `
Environment:
  MODELMETER_TOKENS   keys that callers must send (Authorization: Bearer KEY), separated by commas
  MODELMETER_SALT     with hashClients: the secret that pseudonyms are made with (default: one kept in the data folder)

Examples:
  modelmeter serve --demo
  PORT=9000 modelmeter serve --data /var/lib/modelmeter --config modelmeter.yaml --log json
  MODELMETER_TOKENS=$(openssl rand -hex 16) modelmeter serve --host 0.0.0.0`,
    )
    .action(async (options: ServeOptions) => {
      // The server's parts are loaded only here: other commands start faster without them.
      const { runServer } = await import('./runServer.ts');
      await runServer(options);
    });
