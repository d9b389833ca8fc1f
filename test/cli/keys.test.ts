import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run, start } from './harness.ts';

const root = mkdtempSync(join(tmpdir(), 'modelmeter-keys-'));
afterAll(() => rmSync(root, { recursive: true }));
let folders = 0;
const aDir = () => join(root, String(++folders));

const create = async (data: string, ...more: string[]) => {
  const { code, stdout, stderr } = await run(['keys', 'create', '--name', 'ci', '--data', data, ...more]);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  return stdout.trim();
};

/** A server on a free port, and its address as soon as it listens. */
const serve = async (data: string, ...more: string[]) => {
  const child = start(['serve', '--port', '0', '--data', data, ...more]);
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const [, port] = /^listens at .*?:(\d+)[^\n]*\n/m.exec(output) ?? [];
      if (port) resolve(`http://127.0.0.1:${port}`);
    });
    child.once('exit', () => reject(new Error(output)));
  });
  return {
    url,
    output: () => output,
    stop: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
};

const statusOf = async (url: string, key?: string, init: RequestInit = {}) =>
  (
    await fetch(url, {
      ...init,
      headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }) },
    })
  ).status;

describe('modelmeter keys', () => {
  it('writes the key alone to stdout, and what it is for to stderr', async () => {
    const { stdout, stderr } = await run([
      'keys',
      'create',
      '--name',
      'ci',
      '--role',
      'writer',
      '--team',
      'search',
      '--expires',
      '90d',
      '--data',
      aDir(),
    ]);

    expect(stdout).toMatch(/^mm_[0-9a-f]{12}_[\w-]{43}\n$/);
    expect(stderr).toMatch(/ci, writer, bound to team search, valid until .*Z\n.*shown this once/);
    expect(stderr).not.toContain(stdout.slice(16, 59));
  });

  it('lists and revokes keys, for people and for programs', async () => {
    const data = aDir();
    const key = await create(data, '--role', 'reader', '--role', 'writer');
    const id = key.slice(3, 15);

    const list = await run(['keys', 'list', '--data', data]);
    expect(list.stdout).toMatch(
      new RegExp(`^id .*state\\n${id} +ci +reader, writer +\\(all\\) +\\S+ +never +active\\n$`),
    );
    const revoked = await run(['keys', 'revoke', id, '--data', data, '--json']);
    expect(JSON.parse(revoked.stdout)).toMatchObject({ id, name: 'ci', teams: [], revoked: expect.any(String) });
    const { stdout } = await run(['keys', 'list', '--data', data, '--json']);
    expect(JSON.parse(stdout)).toEqual([expect.objectContaining({ id, state: 'revoked' })]);
    for (const output of [list.stdout, revoked.stdout, stdout]) expect(output).not.toContain(key.slice(16));
  });

  it.each([
    [['create', '--name', 'x'], /required option '--role <role>'/],
    [['create', '--name', 'x', '--role', 'boss'], /Allowed choices are admin, writer, reader/],
    [['create', '--name', 'x', '--role', 'admin', '--expires', '5m'], /such as 12h, 90d or 52w/],
    [['create', '--name', '', '--role', 'admin', '--data', join(root, 'unnamed')], /name: expected a text of 1 to 256/],
    [['list', '--data', join(root, 'never-made')], /holds no data of Modelmeter/],
    [['list', '--region', 'eu-west-1'], /--region goes with --aws/],
    [['list', '--aws', '--data', 'x'], /give one of them/],
    [['revoke'], /missing required argument 'id'/],
  ])('says what is wrong with: keys %j', async (args, message) => {
    const { code, stdout, stderr } = await run(['keys', ...args]);

    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)]);
  });
});

describe('a server on one machine', () => {
  it('asks nobody until there is a key, then everybody, and knows at once what is made and revoked beside it', async () => {
    const data = aDir();
    const server = await serve(data);
    const catalog = `${server.url}/v1/catalog`;
    expect(await statusOf(catalog)).toBe(200);

    const key = await create(data, '--role', 'admin');
    expect([await statusOf(catalog), await statusOf(catalog, `${key}x`), await statusOf(catalog, key)]).toEqual([
      401, 401, 200,
    ]);
    await run(['keys', 'revoke', key.slice(3, 15), '--data', data]);
    expect([await statusOf(catalog, key), await statusOf(catalog)]).toEqual([401, 401]);

    await server.stop();
    expect(server.output()).not.toContain(key.slice(16));
  });

  it('binds a key to its teams: what it sends, what it sees, what it exports', async () => {
    const data = aDir();
    const key = await create(data, '--role', 'writer', '--role', 'reader', '--team', 'search');
    const server = await serve(data);
    const event = (team?: string) => ({ kind: 'inference', deployment: 'd', status: 'ok', team });
    const response = await fetch(`${server.url}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify([event(), event('search'), event('ads')]),
    });

    expect([response.status, await response.json()]).toEqual([
      202,
      expect.objectContaining({ accepted: 2, errors: [expect.objectContaining({ index: 2, path: '/team' })] }),
    ]);
    expect(await statusOf(`${server.url}/v1/export/events?kind=inference`, key)).toBe(403);
    expect(
      await (await fetch(`${server.url}/healthz`, { headers: { authorization: `Bearer ${key}` } })).json(),
    ).toEqual({ status: 'ok' });
    await server.stop();
  });

  it('listens elsewhere than on loopback once there is a key', async () => {
    const data = aDir();
    const key = await create(data, '--role', 'reader');
    const server = await serve(data, '--host', '0.0.0.0');

    expect([await statusOf(`${server.url}/v1/catalog`), await statusOf(`${server.url}/v1/catalog`, key)]).toEqual([
      401, 200,
    ]);
    await server.stop();
  });
});
