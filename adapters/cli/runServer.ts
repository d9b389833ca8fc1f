import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Config } from '../../core/config.ts';
import { FLEET_COSTS } from '../../demo/costs.ts';
import { startDemo } from '../../demo/start.ts';
import { readConfig } from '../configFile.ts';
import { hasApiKeys } from '../local/apiKeys.ts';
import { consoleLog, type Log } from '../local/log.ts';
import { isLoopback } from '../local/loopback.ts';
import { type Runtime, startRuntime } from '../local/runtime.ts';
import { progressBar } from './bar.ts';
import { badInput, Failure } from './failure.ts';
import { checkPort } from './port.ts';
import type { ServeOptions } from './serve.ts';

const DEMO_SEED = 1;

/** Runs Modelmeter until a signal says stop. Throws Failure or AppError when it cannot start. */
export const runServer = async (options: ServeOptions): Promise<void> => {
  const tokens = (process.env.MODELMETER_TOKENS ?? '').split(',').flatMap((token) => token.trim() || []);
  const dataDir = resolve(options.data);
  const asksForKey = tokens.length > 0 || hasApiKeys(dataDir);
  if (!isLoopback(options.host) && !asksForKey)
    throw badInput(
      `listening at ${options.host} would let everybody in the network read and write: make a key by ` +
        'modelmeter keys create, set MODELMETER_TOKENS to a secret, or listen at 127.0.0.1',
    );
  const configured = readConfig(options.config);
  const config = withHosts(options.demo ? withDemoCosts(configured) : configured, options.host);
  await checkPort(options.host, options.port);
  makeFolder(dataDir);
  const log = consoleLog(options.log);

  const salt = process.env.MODELMETER_SALT;
  const ownToken = randomBytes(32).toString('base64url');
  const runtime = await startRuntime({ ...options, dataDir, config, tokens, ownToken, salt, log });
  for (const [fact, value] of facts(runtime, dataDir, asksForKey)) {
    if (options.log === 'json') log.info(fact, { value });
    else console.log(`${fact.padEnd(18)}${value}`);
  }
  const demo =
    options.demo &&
    runDemo({
      baseUrl: reachable(runtime.url),
      token: tokens[0] ?? ownToken,
      dataDir,
      log,
      hasBar: options.log === 'text',
    });
  await untilSignal();
  if (options.log === 'text') console.log('stopping: what waits is rolled up (again to stop at once)');
  await demo?.stop();
  await runtime.stop();
};

/**
 * Behind tokens nothing is open to a web page in a visitor's browser, so a server that listens elsewhere than loopback
 * answers to any name unless the configuration lists its names.
 */
const withHosts = (config: Config, host: string): Config =>
  isLoopback(host) || config.allowedHosts.length > 0 ? config : { ...config, allowedHosts: ['*'] };

const makeFolder = (dir: string): void => {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const why = (cause as Error).message;
    throw new Failure(`cannot make the data folder ${dir}: ${why}; choose another one with --data`, { cause });
  }
};

/** An address that this machine can call. */
const reachable = (url: string): string => url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');

const FIRST_EVENT =
  '{"kind":"inference","deployment":"my-model","latencyMs":420,"status":"ok","inputTokens":900,"outputTokens":150}';

const facts = ({ url }: Runtime, dataDir: string, asksForKey: boolean): [string, string][] => {
  const authorization = asksForKey ? `-H "authorization: Bearer $MODELMETER_TOKEN" ` : '';
  const base = reachable(url);
  return [
    ['listens at', base === url ? url : `${url} (on this machine: ${base})`],
    ['first event', `curl ${authorization}-H 'content-type: application/json' -d '${FIRST_EVENT}' ${base}/v1/events`],
    ['OpenTelemetry', `OTEL_EXPORTER_OTLP_ENDPOINT=${base}`],
    ['data folder', dataDir],
    ['stop', `ctrl-C, or kill ${process.pid}`],
  ];
};

const runDemo = (of: { baseUrl: string; token: string; dataDir: string; log: Log; hasBar: boolean }) => {
  const { baseUrl, token, dataDir, log, hasBar } = of;
  let bar: ReturnType<typeof progressBar> | undefined;
  let totalHours = 0;
  const demo = startDemo({ baseUrl, token, progressFile: join(dataDir, 'demo.json'), seed: DEMO_SEED }, (news) => {
    if (news.kind === 'live') {
      bar?.stop();
      log.info('the demo is live: eight deployments of four teams send through the public endpoints');
      return;
    }
    // What was missed while history was sent comes as a stretch of its own, often too short to show.
    if (news.total !== totalHours) {
      bar?.stop();
      bar = hasBar && news.total > 1 ? progressBar('demo: history', news.total) : undefined;
      totalHours = news.total;
    }
    bar?.update(news.done, `${days(news.done)} of ${days(news.total)} days`);
  });
  demo.ended.catch((error: Error) => {
    bar?.stop();
    log.error('the demo stopped; Modelmeter goes on without it', { error: error.message });
  });
  return {
    stop: async () => {
      bar?.stop();
      await demo.stop();
    },
  };
};

const days = (hours: number): string => (hours / 24).toFixed(hours < 240 ? 1 : 0);

/** Resolves at the first SIGINT or SIGTERM; at the second one the process ends there and then. */
const untilSignal = (): Promise<void> =>
  new Promise((resolve) => {
    let isAsked = false;
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.on(signal, () => {
        if (isAsked) process.exit(1);
        isAsked = true;
        resolve();
      });
  });

/** With what the demo's fleet says of costs, where the configuration says nothing of that itself. */
const withDemoCosts = (config: Config): Config => {
  const { costs, prices, budgets } = Config.parse(FLEET_COSTS);
  const said = config.costs.resources.length + config.costs.storage.length + config.prices.overrides.length;
  return said + Object.keys(config.budgets).length > 0 ? config : { ...config, costs, prices, budgets };
};
