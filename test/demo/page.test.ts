import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { pageHandler } from '../../adapters/http/page.ts';
import { pageHtml } from '../../dashboards/web/page.ts';

const CHROMIUM = '/usr/bin/chromium';

describe('the page at /', () => {
  it('is whole: it asks for nothing else, and takes nothing as markup', () => {
    const asked = [...pageHtml.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);

    for (const address of asked) expect(address).toMatch(/^(\/|data:image\/svg)/);
    expect(pageHtml).not.toMatch(/<script\s+src|<link rel="stylesheet"/);
    expect(pageHtml).not.toMatch(/\sstyle=|\son[a-z]+=|url\(|@import/);
    expect(pageHtml).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/);
  });

  it('has every element that its script speaks of', () => {
    for (const [, id] of pageHtml.matchAll(/byId\('([^']+)'\)/g)) expect(pageHtml).toContain(`id="${id}"`);
  });

  it.skipIf(!existsSync(CHROMIUM))(`shows in a browser what the server says, as text (needs ${CHROMIUM})`, async () => {
    const t = Date.now();
    const event = (deployment: string, summary: string) => ({ t, kind: 'inference', deployment, summary });
    const dom = await renderedWith({
      status: 'ok',
      version: '9.8.7',
      startedAt: t - 60_000,
      newestRollupMs: t - 34_000,
      rollupLagS: 34,
      backlogBatches: 2,
      oldestWaitingS: 7,
      series: 14_382,
      received: { events: 5, samples: 66, spans: 7, logs: 8, batches: 9, rejected: 3, duplicates: 1 },
      receivedPerSecond: [{ t: Math.floor(t / 1000) * 1000, events: 60, samples: 0, spans: 0, logs: 0 }],
      kinds: { inference: 4, outcome: 1 },
      folded: [{ family: 'inference.client', dimension: 'client', count: 211 }],
      recent: [event('my-first-model', '840 ms, ok'), event('<img src=x onerror=alert(1)>', 'not markup')],
    });

    for (const text of [
      'v9.8.7',
      'Live',
      '34 s ago',
      '14,382',
      '2 batches, oldest 7 s',
      '840 ms, ok',
      'client of inference.client',
    ])
      expect(dom).toContain(text);
    expect(dom).toContain('Your event of my-first-model arrived');
    expect(dom).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(dom).toMatch(/<h2>Events<\/h2><p class="value">2\.0/); // 60 events in the last 30 s
    expect(dom).toMatch(/curl -sS http:\/\/127\.0\.0\.1:\d+\/v1\/events/);
  });

  it.skipIf(!existsSync(CHROMIUM))('says so when the server does not answer, or knows nothing yet', async () => {
    expect(await renderedWith(undefined)).toContain('Not answering, trying again');
    expect(await renderedWith({ status: 'degraded' })).toContain('Degraded');
  });
});

/** The page's DOM after it has polled; `health` undefined = /healthz breaks off. */
const renderedWith = async (health: object | undefined): Promise<string> => {
  const page = pageHandler(pageHtml)();
  const body = await page.text();
  const server = createServer((request, response) => {
    if (request.url === '/') response.setHeaders(page.headers).end(body);
    else if (health) response.setHeader('content-type', 'application/json').end(JSON.stringify(health));
    else response.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
  try {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const flags = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      `--user-data-dir=${profile}`,
      '--virtual-time-budget=3000',
    ];
    const { stdout } = await promisify(execFile)(CHROMIUM, [...flags, '--dump-dom', address], { timeout: 25_000 });
    return stdout;
  } finally {
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
};
