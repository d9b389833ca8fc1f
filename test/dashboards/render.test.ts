import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ALL_DASHBOARDS } from '../../dashboards/panels.ts';
import { run } from '../cli/harness.ts';

describe('modelmeter dashboards render', () => {
  const dir = mkdtempSync(join(tmpdir(), 'modelmeter-dashboards-'));
  afterAll(() => rmSync(dir, { recursive: true }));

  it.each(['cloudwatch', 'grafana'])('writes every dashboard for %s, and says where', async (format) => {
    const out = join(dir, format);

    const { code, stdout } = await run(['dashboards', 'render', '--format', format, '--out', out]);

    expect(code).toBe(0);
    expect(readdirSync(out).sort()).toEqual(ALL_DASHBOARDS.map(({ id }) => `${id}.json`).sort());
    expect(stdout.trim().split('\n')).toHaveLength(ALL_DASHBOARDS.length);
  });

  it('takes thresholds and deployments from the configuration', async () => {
    const config = join(dir, 'modelmeter.yaml');
    writeFileSync(config, 'thresholds: { gpuTemperatureC: 66 }\ndeployments: { chat: { team: search } }\n');
    const out = join(dir, 'configured');

    await run(['dashboards', 'render', '--format', 'cloudwatch', '--out', out, '--config', config]);

    const body = readFileSync(join(out, 'gpu-fleet.json'), 'utf8');
    expect(body).toContain('"value": 66');
    expect(JSON.parse(body).variables.map(({ id }: { id: string }) => id)).toEqual(['team', 'deployment']);
  });

  it('answers a format that there is not with what there is', async () => {
    const { code, stderr } = await run(['dashboards', 'render', '--format', 'excel', '--out', dir]);

    expect(code).toBe(2);
    expect(stderr).toMatch(/cloudwatch, grafana/);
  });
});
