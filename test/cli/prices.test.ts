import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './harness.ts';

describe('modelmeter prices', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'modelmeter-prices-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('lists prices with unit, date and source, of one region where that is asked', async () => {
    const { code, stdout } = await run(['prices', 'g6e.12', '--region', 'us-west-2']);

    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^what +provider +region +item +USD +per +since +as of +source$/),
      expect.stringMatching(/^g6e.12xlarge +aws +us-west-2 +onDemand +10.49264 +hour +not known +\[1\]$/),
      expect.stringMatching(/^g6e.12xlarge +aws +us-west-2 +spot +3.1053 +hour +not known +\[1\]$/),
      '',
      '[1] github.com/skypilot-org/skypilot-catalog catalogs/v8/aws/vms.csv @ 00148f2',
      '',
    ]);
  });

  it('lists tokens by the million, and says how many more there are', async () => {
    const { stdout } = await run(['prices', 'aws', 'global', 'sonnet-4-5', '--limit', '3']);

    expect(stdout).toMatch(/cacheReadTokens +0\.3 +1M tokens/);
    expect(stdout).toContain('… and 1 more');
  });

  it('shows first what the configuration agrees on, and what is taken off', async () => {
    const config = join(folder, 'modelmeter.yaml');
    writeFileSync(
      config,
      'prices:\n  overrides: [{ instanceType: g5.xlarge, usd: 0.9, from: 2026-01-01 }]\n  discounts: [{ provider: aws, percent: 5 }]\n',
    );
    const { stdout } = await run(['prices', 'g5.xlarge', '--config', config]);

    expect(stdout.split('\n')[1]).toMatch(/^g5.xlarge +aws +0.9 +hour +2026-01-01 +\[1\]$/);
    expect(stdout).toContain('[1] modelmeter.yaml');
    expect(stdout).toContain('Taken off: 5 % of aws');
  });

  it('gives JSON in dollars for one unit', async () => {
    const { stdout } = await run(['prices', 'gpt-4o-mini', 'openai', 'outputTokens', '--json']);

    expect(JSON.parse(stdout)).toContainEqual(
      expect.objectContaining({ kind: 'tokens', name: 'gpt-4o-mini', usd: 6e-7, unit: '{token}', asOf: '2026-09-23' }),
    );
  });

  it('says that there is none, and what can be done', async () => {
    const { code, stdout } = await run(['prices', 'no-such-thing']);

    expect(code).toBe(0);
    expect(stdout).toContain('No price of no-such-thing. What it costs can be said in modelmeter.yaml');
  });

  it('says what is wrong with a configuration, by its path', async () => {
    const config = join(folder, 'wrong.yaml');
    writeFileSync(config, 'prices: { overrides: [{ model: m, usd: 1 }] }\n');
    const { code, stderr } = await run(['prices', '--config', config]);

    expect(code).toBe(2);
    expect(stderr).toContain('prices.overrides.0.usdPerMTok: required for a price of model');
  });
});
