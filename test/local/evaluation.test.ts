import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { pathsIn } from '../../adapters/local/dataFolder.ts';
import { localEvaluation } from '../../adapters/local/evaluation.ts';
import { localPorts } from '../../adapters/local/ports.ts';
import { type Runtime, startRuntime } from '../../adapters/local/runtime.ts';
import { Config } from '../../core/config.ts';
import { HOUR, MINUTE } from '../../core/telemetry/families.ts';

const GIB = 2 ** 30;
const LONGEST_WAIT_MS = 15_000;

/** A server on a data folder of its own, which can be stopped and started again. */
const aServer = () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'modelmeter-evaluation-'));
  const logged: string[] = [];
  const log = (message: string, fields: object = {}) => logged.push(`${message} ${JSON.stringify(fields)}`);
  let runtime: Runtime | undefined;
  const post = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(runtime!.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    expect([response.status, await response.text()]).toEqual([path === '/v1/events' ? 202 : 200, expect.anything()]);
  };
  const until = async (isTrue: () => boolean | Promise<boolean>) => {
    const endMs = Date.now() + LONGEST_WAIT_MS;
    while (!(await isTrue())) {
      if (Date.now() > endMs) throw new Error(`waited in vain; logged was: ${logged.join('\n')}`);
      await sleep(25);
    }
  };
  return {
    dataDir,
    logged,
    until,
    async start() {
      const config = Config.parse({});
      const toLog = { info: log, warn: log, error: log };
      runtime = await startRuntime({ host: '127.0.0.1', port: 0, dataDir, config, tokens: [], log: toLog });
    },
    async stop() {
      await runtime?.stop();
      runtime = undefined;
    },
    calls: (deployment: string, times: readonly number[]) =>
      post(
        '/v1/events',
        times.map((timestamp) => ({ kind: 'inference', deployment, timestamp, latencyMs: 1, status: 'ok' })),
      ),
    /** A GPU of 24 GiB that reports each minute of [fromMs, toMs): 20 GiB in use, and so busy. */
    gpu: (busy: number, fromMs: number, toMs: number, host = 'box') => {
      const minutes = Array.from({ length: Math.ceil((toMs - fromMs) / MINUTE) }, (_, i) => fromMs + i * MINUTE);
      const attributes = [
        { key: 'host', value: { stringValue: host } },
        { key: 'gpu', value: { stringValue: '0' } },
      ];
      const gauge = (name: string, value: number) => ({
        name,
        gauge: { dataPoints: minutes.map((at) => ({ timeUnixNano: `${at}000000`, asDouble: value, attributes })) },
      });
      const metrics = [
        gauge('gpu.memoryUsed', 20 * GIB),
        gauge('gpu.memoryTotal', 24 * GIB),
        gauge('gpu.utilization', busy),
      ];
      return post('/v1/metrics', { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] });
    },
    settled: () =>
      until(async () => {
        const health = await (await fetch(`${runtime!.url}/healthz`)).json();
        return (health as { backlogBatches: number }).backlogBatches === 0;
      }),
    /** Ids of the notices that the server answers. */
    async notices() {
      const answer = await (await fetch(`${runtime!.url}/v1/notices`)).json();
      return (answer as { notices: { id: string }[] }).notices.map(({ id }) => id);
    },
    /** What an evaluation at that time tells, as `id state`. Its door was always open. */
    async look(nowMs: number) {
      const told: string[] = [];
      const ports = localPorts(dataDir);
      const notifier = {
        tell: async ({ id, state }: { id: string; state: string }) => void told.push(`${id} ${state}`),
      };
      const { thresholds } = Config.parse({});
      await localEvaluation(ports, notifier, { ...thresholds, budgets: {}, runbookUrl: 'r', openSinceMs: 0 })(nowMs);
      ports.close();
      return told;
    },
  };
};

describe('the evaluation on one machine', () => {
  let server: ReturnType<typeof aServer>;
  afterEach(async () => {
    await server.stop();
    rmSync(server.dataDir, { recursive: true });
  });

  it('tells once of a silent source and of a GPU that is held and idle, of their end, and again when they come back', async () => {
    server = aServer();
    const { start, stop, settled, look, calls, gpu, notices } = server;
    // A story of the last day and a bit, so that the door takes it and what the server looks at meanwhile is after its end.
    const startMs = Math.floor(Date.now() / HOUR) * HOUR - 30 * HOUR;
    const at = (hours: number, minutes = 0) => startMs + hours * HOUR + minutes * MINUTE;
    await start();

    await calls(
      'chat',
      Array.from({ length: 24 }, (_, hour) => at(hour, 1)),
    );
    await gpu(0, at(23), at(26));
    await settled();
    expect(await look(at(25, 10))).toEqual(['gpu-idle-held/box/0 firing', 'source-silent/chat firing']);
    expect(await look(at(25, 25))).toEqual([]);

    await stop();
    await start();
    expect(await look(at(25, 40))).toEqual([]);
    expect((await notices()).sort()).toEqual(['gpu-idle-held/box/0', 'source-silent/chat']);

    await calls('chat', [at(25, 50)]);
    await gpu(60, at(26), at(27));
    await settled();
    expect(await look(at(26, 40))).toEqual(['gpu-idle-held/box/0 resolved', 'source-silent/chat resolved']);
    expect(await notices()).toEqual([]);

    await gpu(0, at(27), at(29));
    await settled();
    expect(await look(at(28, 40))).toEqual(['gpu-idle-held/box/0 firing', 'source-silent/chat firing']);
  }, 60_000);

  it('is run by the server at its start, which writes to its log what is new, and not again after a restart', async () => {
    server = aServer();
    const { start, stop, settled, gpu, until, logged } = server;
    await start();
    await gpu(0, Date.now() - 100 * MINUTE, Date.now());
    await settled();
    await stop();

    await start();
    await until(() => logged.length > 0);
    await gpu(0, Date.now() - 100 * MINUTE, Date.now(), 'another');
    await settled();
    await stop();
    await start();
    await until(() => logged.length > 1);
    await stop();

    expect(logged).toEqual([
      expect.stringMatching(/^GPU 0 of box is held and idle .*"notice":"gpu-idle-held\/box\/0","state":"firing"/),
      expect.stringMatching(/^GPU 0 of another is held and idle /),
    ]);
  }, 60_000);

  it('calls nobody silent that it could not hear, since it did not run', async () => {
    server = aServer();
    const { start, stop, settled, calls, gpu, until, logged } = server;
    const nowMs = Date.now();
    await start();
    await calls(
      'chat',
      Array.from({ length: 30 }, (_, i) => nowMs - (3 + i) * HOUR),
    );
    await gpu(50, nowMs - 3 * HOUR + 15 * MINUTE, nowMs - 2 * HOUR);
    await gpu(0, nowMs - 100 * MINUTE, nowMs, 'another');
    await settled();
    await stop();

    await start();
    await until(() => logged.length > 0);
    await stop();

    expect(logged).toEqual([expect.stringMatching(/^GPU 0 of another is held and idle /)]);
    expect((await server.look(nowMs)).sort()).toEqual(['host-silent/box firing', 'source-silent/chat firing']);
  }, 60_000);

  it('reports its failures as other work of the background thread does', async () => {
    server = aServer();
    const { start, stop, until, logged, dataDir } = server;
    await start();
    await stop();
    const db = new DatabaseSync(pathsIn(dataDir).rollups);
    db.exec("INSERT INTO notices VALUES ('fleet', 'a', '{')");
    db.close();

    await start();

    await until(() => logged.some((line) => /^the background thread failed at evaluating .*open notices/.test(line)));
  }, 60_000);
});
