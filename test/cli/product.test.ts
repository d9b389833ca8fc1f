import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, start } from './harness.ts';

/** One server, started and used by the command line as a person would. */
const dir = mkdtempSync(join(tmpdir(), 'modelmeter-product-'));
const data = join(dir, 'data');
let child: ReturnType<typeof start>;
let url = '';
const told: string[] = [];

beforeAll(async () => {
  child = start(['serve', '--port', '0', '--data', data]);
  const lines = createInterface(child.stdout);
  for await (const line of lines) {
    told.push(line);
    url ||= /^listens at +(\S+)/.exec(line)?.[1] ?? '';
    if (line.startsWith('stop')) break;
  }
}, 60_000);
afterAll(() => {
  child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

const command = (...args: string[]) => run([...args, '--url', url]);
const inputTokens = async (): Promise<number | null> => {
  const { stdout } = await command('query', 'inference.inputTokens', '--stat', 'sum', '--step', 'all', '--json');
  return JSON.parse(stdout).series[0]?.points[0][1] ?? null;
};

describe('serve', () => {
  it('tells where it listens, how to send a first event, where the data is and how to stop', () => {
    expect(told.join('\n')).toMatch(/first event +curl .*http:\/\/127\.0\.0\.1:\d+\/v1\/events/);
    expect(told.join('\n')).toContain(`data folder       ${data}`);
    expect(told.join('\n')).toMatch(/stop +ctrl-C/);
  });

  it('takes a file in once, however often it is sent, and answers from it', async () => {
    const rows = Array.from({ length: 700 }, (_, i) => `team-${i % 2},${i},ok,100\n`);
    const path = join(dir, 'calls.csv');
    writeFileSync(path, `team,inputTokens,status,latencyMs,deployment\n${rows.join('').replaceAll('\n', ',d\n')}`);

    const sent = [await command('send', path), await command('send', path)];
    for (let wait = 0; wait < 100 && (await inputTokens()) === null; wait++) await sleep(100);

    expect(sent.map(({ code, stdout }) => [code, stdout])).toEqual([
      [0, '700 accepted, 0 rejected\n'],
      [0, '700 accepted, of which 700 were there already, 0 rejected\n'],
    ]);
    expect(await inputTokens()).toBe((699 * 700) / 2);
    const { stdout } = await command(
      'query',
      'inference.requests',
      '--group-by',
      'team',
      '--stat',
      'count',
      '--step',
      'all',
    );
    expect(stdout).toMatch(/team-0 +count +350\nteam-1 +count +350/);
  });

  it('is found healthy by the doctor, who also tells what nobody owns', async () => {
    const { code, stdout } = await run(['doctor', '--url', url, '--data', data]);

    expect(code).toBe(0);
    expect(stdout).toMatch(/✓ server at http.*: ok/);
    expect(stdout).toMatch(/✓ all that was accepted is rolled up; the last came \d+ s ago/);
    expect(stdout).toMatch(/! 1 of 1 deployments have no owner: d/);
  });

  it('is backed up while it runs', async () => {
    const target = join(dir, 'copy');

    const { code, stdout } = await run(['backup', target, '--data', data]);

    expect([code, stdout]).toEqual([0, expect.stringMatching(/MB, a whole copy of/)]);
    expect(existsSync(join(target, 'log.db'))).toBe(true);
    const again = await run(['backup', target, '--data', data]);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('exists: name a folder that does not')]);
  });

  it('does not let a second one use its data', async () => {
    const { code, stderr } = await run(['serve', '--port', '0', '--data', data]);

    expect([code, stderr]).toEqual([1, expect.stringMatching(/is in use by process \d+/)]);
  });

  it('stops at the first signal, with everything kept', async () => {
    child.kill('SIGTERM');
    const [code] = await once(child, 'close');

    expect(code).toBe(0);
    expect(readFileSync(join(data, 'log.db')).subarray(0, 15).toString()).toBe('SQLite format 3');
  });
});

describe('doctor without a server', () => {
  it('finds an address that does not answer, and makes no folder', async () => {
    const { code, stdout } = await run(['doctor', '--url', 'http://127.0.0.1:1', '--data', join(dir, 'none')]);

    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ nothing answers at http:\/\/127\.0\.0\.1:1\n {4}→ start it with modelmeter serve/);
    expect(existsSync(join(dir, 'none'))).toBe(false);
  });

  it('finds data of a newer format, and files that are no database', async () => {
    const [newer, broken] = [join(dir, 'newer'), join(dir, 'broken')];
    for (const folder of [newer, broken]) mkdirSync(folder);
    const db = new DatabaseSync(join(newer, 'log.db'));
    db.exec('PRAGMA user_version = 99');
    db.close();
    writeFileSync(join(broken, 'log.db'), 'not a database at all, '.repeat(100));

    const outcomes = [await run(['doctor', '--data', newer]), await run(['doctor', '--data', broken])];

    expect(outcomes.map(({ code }) => code)).toEqual([1, 1]);
    expect(outcomes[0]!.stdout).toMatch(/✗ data format 99; this program's is \d+\n {4}→ run a newer Modelmeter/);
    expect(outcomes[1]!.stdout).toMatch(/✗ .*log\.db cannot be read: .*\n {4}→ restore a backup/);
  });
});
