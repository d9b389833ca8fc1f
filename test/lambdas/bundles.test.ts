import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environment } from '../../bench/handlers/environment.ts';
import { bundle } from '../../lambdas/bundle.ts';
import { FUNCTIONS } from '../../lib/functions.ts';

const MAX_BYTES = 1_000_000;
/** Says what the handler is, or why there is none. */
const LOAD = `
  import(process.argv[1]).then(
    ({ default: { handler } }) => console.log(typeof handler),
    (error) => console.log(error.message),
  )`;

const lambdas = join(import.meta.dirname, '../../lambdas');
const names = Object.keys(FUNCTIONS).filter((name) => existsSync(join(lambdas, name, 'env.ts')));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'modelmeter-bundles-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Loads a bundle in a process of its own. */
const load = (file: string, env: Readonly<Record<string, string>>): string =>
  execFileSync(process.execPath, ['-e', LOAD, file], { env: { ...env }, encoding: 'utf8' });

describe('every function of the stacks', () => {
  it('has its code', () => {
    expect(Object.keys(FUNCTIONS).filter((name) => !existsSync(join(lambdas, name, 'handler.ts')))).toEqual([]);
  });

  it.each(names)(
    '%s is a bundle of at most 1 MB that loads by itself, and not without its environment',
    async (name) => {
      const file = await bundle(name, join(folder, name));
      const bytes = readdirSync(dirname(file)).reduce((sum, each) => sum + statSync(join(dirname(file), each)).size, 0);

      expect(bytes).toBeLessThanOrEqual(MAX_BYTES);
      expect(load(file, environment)).toBe('function\n');
      expect(load(file, { AWS_REGION: 'eu-central-1' })).toContain('wrong environment variables: ');
    },
  );
});
