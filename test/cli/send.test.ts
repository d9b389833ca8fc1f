import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { acceptAll, recordingServer, run } from './harness.ts';

const dir = mkdtempSync(join(tmpdir(), 'modelmeter-send-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
};

const event = (i: number) => ({ kind: 'inference', deployment: 'd', status: 'ok', latencyMs: i });
const ndjson = (count: number) => Array.from({ length: count }, (_, i) => `${JSON.stringify(event(i))}\n`).join('');

let server: Awaited<ReturnType<typeof recordingServer>>;
const listen = async (...answer: Parameters<typeof recordingServer>) => {
  server = await recordingServer(...answer);
  return server;
};
afterEach(() => server?.close());

describe('send', () => {
  it('sends a file in batches of 500 with keys that are the same the next time', async () => {
    const { url, requests, events } = await listen();
    const path = file('many.ndjson', ndjson(1234));

    const first = await run(['send', path, '--url', url]);
    const again = await run(['send', path, '--url', url]);

    expect([first.code, first.stdout]).toEqual([0, '1,234 accepted, 0 rejected\n']);
    expect(again.stdout).toBe(first.stdout);
    const sizes = requests.map(({ body }) => body.split('\n').length).sort();
    expect(sizes).toEqual([234, 234, 500, 500, 500, 500]);
    const keys = requests.map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys.slice(0, 3)).size).toBe(3);
    expect(new Set(keys)).toEqual(new Set(keys.slice(0, 3)));
    expect(requests[0]).toMatchObject({ method: 'POST', path: '/v1/events' });
    expect(requests[0]!.headers['content-type']).toBe('application/x-ndjson');
    expect(requests[0]!.headers).not.toHaveProperty('modelmeter-import');
    expect(new Set(events().map(({ latencyMs }) => latencyMs)).size).toBe(1234);
  });

  it('gives equal batches of one file keys of their own', async () => {
    const { url, requests } = await listen();
    const same = `${JSON.stringify(event(1))}\n`.repeat(1000);

    await run(['send', file('same.ndjson', same), '--url', url]);

    expect(new Set(requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(2);
  });

  it.each([429, 503])(
    'waits as long as Retry-After says after a %i, and sends again under the same key',
    async (status) => {
      const { url, requests } = await listen((request, before) =>
        before === 0 ? { status, headers: { 'retry-after': '1' }, body: {} } : acceptAll(request),
      );
      const startedMs = performance.now();

      const { code, stdout } = await run(['send', file('few.json', JSON.stringify([event(1)])), '--url', url]);

      expect([code, stdout]).toEqual([0, '1 accepted, 0 rejected\n']);
      expect(performance.now() - startedMs).toBeGreaterThan(1000);
      expect(requests[1]!.headers['idempotency-key']).toBe(requests[0]!.headers['idempotency-key']);
    },
  );

  it('tells each warning once, with its first line, and what was there already', async () => {
    const { url } = await listen((request, before) => ({
      status: 202,
      ...(before === 0 && { headers: { 'Idempotent-Replayed': 'true' } }),
      body: {
        accepted: request.body.split('\n').length,
        rejected: 0,
        warnings: [{ index: 3, path: '/latency', message: 'did you mean latencyMs?' }],
      },
    }));

    const { code, stdout, stderr } = await run(['send', file('warned.ndjson', ndjson(600)), '--url', url]);

    expect([code, stdout]).toEqual([0, '600 accepted, of which 500 were there already, 0 rejected\n']);
    expect(stderr.match(/warning, line 4: \/latency: did you mean latencyMs\?/g)).toHaveLength(1);
    expect(stderr.match(/warning/g)).toHaveLength(1);
  });

  it('tells the lines of the file whose events were refused, and keeps on', async () => {
    const { url } = await listen(({ body }) => {
      const errors = body.split('\n').flatMap((line, index) => {
        const wrong = JSON.parse(line).latencyMs % 400 === 150;
        return wrong ? [{ index, path: '/latencyMs', message: 'not today' }] : [];
      });
      const count = body.split('\n').length;
      return { status: 202, body: { accepted: count - errors.length, rejected: errors.length, errors } };
    });

    const { code, stdout, stderr } = await run(['send', file('some.ndjson', `\n${ndjson(1000)}`), '--url', url]);

    expect([code, stdout]).toEqual([2, '997 accepted, 3 rejected\n']);
    expect(stderr).toBe(
      '  line 152: /latencyMs: not today\n  line 552: /latencyMs: not today\n  line 952: /latencyMs: not today\n',
    );
  });

  it('takes a batch of which nothing was good for what it is', async () => {
    const { url } = await listen(() => ({
      status: 400,
      body: {
        status: 400,
        detail: 'nothing was accepted',
        errors: [{ index: 0, path: '/status', message: 'required' }],
      },
    }));

    const { code, stdout, stderr } = await run(['send', '-', '--url', url], { input: '{"kind":"inference"}' });

    expect([code, stdout, stderr]).toEqual([2, '0 accepted, 1 rejected\n', '  line 1: /status: required\n']);
  });

  it('reads CSV from stdin, gzip by its name, and sends the token', async () => {
    const { url, requests, events } = await listen();
    const csv = 'deployment,status,latencyMs,features.age\nd,ok,5,41\n';

    const piped = await run(['send', '-', '--url', url], { input: csv, env: { MODELMETER_TOKEN: 'secret' } });
    const zipped = await run(['send', file('x.csv.gz', gzipSync(csv)), '--url', url]);

    expect([piped.code, zipped.code]).toEqual([0, 0]);
    expect(requests[0]!.headers.authorization).toBe('Bearer secret');
    expect(events()).toEqual(Array(2).fill({ ...event(5), features: { age: 41 } }));
  });

  it('stops at an answer that is not about the events, with what the server said', async () => {
    const { url } = await listen(() => ({ status: 401, body: { status: 401, detail: 'send a key' } }));

    const { code, stderr } = await run(['send', file('one.json', JSON.stringify(event(1))), '--url', url]);

    expect([code, stderr]).toEqual([
      1,
      'modelmeter: the server answered 401: send a key; put a token in MODELMETER_TOKEN\n',
    ]);
  });

  it.each(['empty.json', 'empty.csv', 'empty.ndjson'])('says so when there is no event: %s', async (name) => {
    const { url, requests } = await listen();

    const { code, stderr } = await run(['send', file(name, ''), '--url', url]);

    expect([code, stderr, requests]).toEqual([2, 'modelmeter: there is no event in it\n', []]);
  });

  it('marks an import, which may be of any age', async () => {
    const { url, requests } = await listen();

    await run(['import', file('old.ndjson', ndjson(1)), '--url', url]);

    expect(requests[0]!.headers['modelmeter-import']).toBe('true');
  });

  it.runIf(process.env.MODELMETER_LONG)(
    'reads a file larger than its memory',
    async () => {
      const { url } = await listen();
      const path = file('large.json', `[${ndjson(3_000_000).trimEnd().replaceAll('\n', ',')}]`);

      const { code, stdout } = await run(['send', path, '--url', url], { nodeArgs: ['--max-old-space-size=64'] });

      expect([code, stdout]).toEqual([0, '3,000,000 accepted, 0 rejected\n']);
    },
    300_000,
  );
});
