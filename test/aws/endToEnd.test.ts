import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpClient } from '../../demo/client.ts';
import { type Product, startProduct } from '../clients/product.ts';
import { demoDay } from './demoDay.ts';
import { type Deployment, deliver, startApi, startDeployment } from './deployment.ts';
import type { Lambda } from './lambda.ts';
import { type Ask, compareAnswers } from './sameAnswers.ts';
import { awsConfig, hasMoto } from './services.ts';

/** Every grouping in the long suite, a few in the short one. */
const isAll = process.env.MODELMETER_LONG === '1';
const program = join(import.meta.dirname, '../../bin/modelmeter.ts');

/**
 * One day of the simulated fleet into both doors: the local runtime, and the deployed functions on moto behind a gateway of
 * ours, S3's announcements played by us. Every metric of the catalogue must then be answered alike.
 */
describe.skipIf(!hasMoto)('the same day through both doors', () => {
  let deployment: Deployment;
  let local: Product;
  let api: Awaited<ReturnType<typeof startApi>>;
  let [rollUp, compact]: Lambda[] = [];
  let askAws: Ask;
  let askLocal: Ask;
  let day: Awaited<ReturnType<typeof demoDay>>;

  beforeAll(async () => {
    [deployment, local, day] = await Promise.all([startDeployment(), startProduct(), demoDay({ nowMs: Date.now() })]);
    const [ingest, reading, authorise] = await Promise.all(
      ['ingest', 'api', 'authorise'].map((name) => deployment.start(name)),
    );
    [rollUp, compact] = await Promise.all(['roll-up', 'compact'].map((name) => deployment.start(name)));
    api = await startApi({ ingest: ingest!, api: reading!, authorise: authorise! });
    const key = await newKey(deployment.endpoint);

    const clients = [httpClient({ baseUrl: api.url, token: key }), httpClient({ baseUrl: local.url })];
    for (const request of day.requests) await Promise.all(clients.map((client) => client.send(request)));
    await local.settled();
    const json = async (response: Response) => ({ status: response.status, body: await response.json() });
    askLocal = async (path) => json(await local.call(path));
    askAws = async (path) => json(await fetch(api.url + path, { headers: { authorization: `Bearer ${key}` } }));
  }, 240_000);
  afterAll(async () => {
    await api?.stop();
    await Promise.all([deployment?.stop(), local?.stop()]);
  });

  it('rolls up every batch, and each once however often it is announced', async () => {
    const bodies = await deployment.announcements();

    expect(bodies).toHaveLength(day.requests.filter(({ method }) => method === 'POST').length);
    expect(await deliver(rollUp!, bodies)).toEqual([]);
    expect(await deliver(rollUp!, [...bodies].reverse(), 7)).toEqual([]);
  }, 120_000);

  it('answers as the local runtime does, series by series', async () => {
    const { series, values, differences } = await compareAnswers(askLocal, askAws, {
      ...day,
      step: '1h',
      isAll,
      ...(!isAll && { prefix: 'inference.' }),
    });

    expect(differences).toEqual([]);
    expect(series).toBeGreaterThan(100);
    expect(values).toBeGreaterThan(1_000);
  }, 240_000);

  it('answers the same after compaction', async () => {
    await compact!.invoke({});

    const { differences } = await compareAnswers(askLocal, askAws, { ...day, step: '15m', isAll });
    expect(differences).toEqual([]);
  }, 240_000);
});

/** A key for everything, made by the command as an operator would. */
const newKey = async (endpoint: string): Promise<string> => {
  const { region, credentials } = awsConfig(endpoint);
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  const args = ['keys', 'create', '--aws', '--name', 'test', '--role', 'admin'];
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], { env });
  return stdout.trim();
};
