import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { converseRecord } from '../core/sources/records.ts';
import { recordingServer, run } from './harness.ts';

const dir = mkdtempSync(join(tmpdir(), 'modelmeter-bedrock-logs-'));
afterAll(() => rmSync(dir, { recursive: true }));

const imported = async (name: string, content: string | Buffer) => {
  const path = join(dir, name);
  writeFileSync(path, content);
  const server = await recordingServer();
  try {
    const outcome = await run(['import', path, '--format', 'bedrock-logs', '--url', server.url]);
    const events = server.requests.flatMap(({ body }) => body.split('\n').map((line) => JSON.parse(line)));
    return { ...outcome, requests: server.requests, events };
  } finally {
    await server.close();
  }
};
const line = (more: Record<string, unknown> = {}) => JSON.stringify({ ...converseRecord, ...more });

describe('import of Bedrock’s invocation logs', () => {
  it('takes a file as S3 has it: gzip, a record a line, of any age, texts left where they are', async () => {
    const { code, events, requests } = await imported(
      'a.json.gz',
      gzipSync([line(), line({ requestId: 'r2', errorCode: 'ThrottlingException' })].join('\n')),
    );

    expect(code).toBe(0);
    expect(requests[0]!.headers['modelmeter-import']).toBe('true');
    expect(events).toMatchObject([
      {
        kind: 'inference',
        id: converseRecord.requestId,
        timestamp: '2026-03-04T00:38:02Z',
        status: 'ok',
        team: 'support',
      },
      { id: 'r2', status: 'throttled' },
    ]);
    expect(JSON.stringify(events)).not.toMatch(/hello|doing well/);
  });

  it('says which record cannot be read, and takes the others', async () => {
    const { code, events, stderr } = await imported('b.json', [line({ modelId: '' }), '{"a":1}', line()].join('\n'));

    expect(code).toBe(2);
    expect(events).toHaveLength(1);
    expect(stderr).toMatch(/line 1: no record of a call: \/modelId: /);
    expect(stderr).toMatch(/line 2: no record of a call: /);
  });
});
