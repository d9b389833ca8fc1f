import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { localPorts } from '../../adapters/local/ports.ts';
import { startRuntime } from '../../adapters/local/runtime.ts';
import { Config } from '../../core/config.ts';

/** Longer than the background thread may go without housekeeping. */
const TRAFFIC_MS = 60_000;

it('compacts while there is always something to roll up', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'modelmeter-steady-'));
  const quiet = () => {};
  const log = { info: quiet, warn: quiet, error: quiet };
  const runtime = await startRuntime({
    host: '127.0.0.1',
    port: 0,
    dataDir,
    config: Config.parse({}),
    tokens: [],
    log,
  });
  const ports = localPorts(dataDir);
  try {
    const endMs = Date.now() + TRAFFIC_MS;
    let sent = 0;
    let most = 0;
    let loose = 0;
    while (loose >= most && Date.now() < endMs) {
      most = loose;
      const body = JSON.stringify({ kind: 'inference', deployment: 'd', status: 'ok', latencyMs: 1, id: `${sent}` });
      const { status } = await fetch(`${runtime.url}/v1/events`, { method: 'POST', body });
      expect(status).toBe(202);
      sent++;
      await sleep(200);
      loose = (await ports.rollupStore.loosePartitions()).reduce((sum, partition) => sum + partition.loose, 0);
    }
    expect(loose).toBeLessThan(most);
  } finally {
    ports.close();
    await runtime.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
