import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordingServer, run } from './harness.ts';

const NOTICES = [
  {
    id: 'gpu-idle-held/box/0',
    state: 'firing',
    severity: 'warning',
    title: 'GPU 0 of box is held and idle',
    text: 'Somebody holds memory of GPU 0 of box, which has done nothing for 60 min.',
    since: '2026-03-04T10:00:00.000Z',
    numbers: [],
    owner: 'ada@example.com',
    action: 'Ask its owner.',
    runbook: 'docs/runbook.md#gpu-idle-held',
    links: [],
  },
  {
    id: 'source-silent/chat',
    state: 'firing',
    severity: 'warning',
    title: 'chat went silent',
    text: 'It sent calls.',
    since: '2026-03-04T11:00:00.000Z',
    numbers: [],
    action: 'See whether it still serves.',
    runbook: 'docs/runbook.md#source-silent',
    links: [],
  },
];

describe('modelmeter notices', () => {
  let notices: object[] = NOTICES;
  let server: Awaited<ReturnType<typeof recordingServer>>;
  beforeAll(async () => {
    server = await recordingServer(() => ({ status: 200, body: { notices } }));
  });
  afterAll(() => server.close());

  it('shows what is wrong as a table', async () => {
    const { code, stdout } = await run(['notices', '--url', server.url]);

    expect(stdout).toBe(
      [
        'severity  since (UTC)       what                           owner            runbook',
        'warning   2026-03-04 10:00  GPU 0 of box is held and idle  ada@example.com  docs/runbook.md#gpu-idle-held',
        'warning   2026-03-04 11:00  chat went silent               (nobody)         docs/runbook.md#source-silent',
        '',
      ].join('\n'),
    );
    expect([code, server.requests.at(-1)!.path]).toEqual([0, '/v1/notices']);
  });

  it('passes the answer on as JSON', async () => {
    const { stdout } = await run(['notices', '--json', '--url', server.url]);

    expect(JSON.parse(stdout)).toEqual({ notices: NOTICES });
  });

  it('says so when nothing is wrong', async () => {
    notices = [];

    const { code, stdout } = await run(['notices', '--url', server.url]);

    expect([code, stdout]).toEqual([0, 'nothing that Modelmeter looks for is wrong\n']);
  });
});
