import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'modelmeter-bin-'));
const { app, context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8'));

/** Runs what cdk.json names, as the CDK would, but for the bundles. */
const synth = (more: Record<string, string> = {}) => {
  const outdir = mkdtempSync(join(folder, 'out-'));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/cdk.ts'], {
    cwd: root,
    encoding: 'utf8',
    env: {
      ...process.env,
      CDK_OUTDIR: outdir,
      CDK_CONTEXT_JSON: JSON.stringify({ ...context, 'aws:cdk:bundling-stacks': [], ...more }),
    },
  });
  const written = readdirSync(outdir).filter((name) => name.endsWith('.template.json'));
  return { status, said: stdout + stderr, written };
};

describe('npx cdk synth', () => {
  it('is bin/cdk.ts, run by the Node that comes with the repository', () => {
    expect(app).toBe('node bin/cdk.ts');
  });

  it('synthesises the configuration of the repository as it is, silently', () => {
    const { status, said, written } = synth();

    expect({ status, said }).toEqual({ status: 0, said: '' });
    expect(written).toEqual(expect.arrayContaining(['ModelmeterApp.template.json', 'ModelmeterData.template.json']));
  });

  it('answers a mistake with the path, the value and what is allowed, as one line', () => {
    const config = join(folder, 'wrong.yaml');
    writeFileSync(config, 'aws: { timeSeriesStore: influx }\n');

    const { status, said, written } = synth({ config });

    expect(status).toBe(2);
    expect(said).toBe(
      `modelmeter: ${config}: aws.timeSeriesStore: Invalid option: expected one of "dynamodb"|"timestream", got "influx"\n`,
    );
    expect(written).toEqual([]);
  });

  it('says so when the configuration that was asked for is not there', () => {
    const { status, said } = synth({ config: 'nowhere.yaml' });

    expect(status).toBe(2);
    expect(said).toMatch(/^modelmeter: .*nowhere\.yaml: there is no such file\n$/);
  });
});
