import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { keyAuthentication } from '../../adapters/http/access.ts';
import type { Principal } from '../../core/ports.ts';
import { accessContract } from './accessContract.ts';
import { testServer } from './server.ts';
import { JSON_TYPE, type TestServer } from './testServer.ts';

describe('access', () => accessContract(testServer));

describe('who may ask', () => {
  let server: TestServer;
  afterEach(() => server.stop());

  const anEvent = JSON.stringify({ kind: 'inference', deployment: 'd', latencyMs: 5, status: 'ok' });
  const send = () => server.post('/v1/events', anEvent, JSON_TYPE);

  /** fetch does not let one choose Host. */
  const statusWith = (headers: Record<string, string>, path = '/healthz') =>
    new Promise<number>((resolve, reject) =>
      request(server.url + path, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode!);
      })
        .on('error', reject)
        .end(),
    );

  it('is who comes by a name of this server', async () => {
    server = await testServer({ allowedHosts: ['meter.example'] });

    for (const host of ['localhost', 'localhost:8080', '127.0.0.1:1', '[::1]:8080', '127.1.2.3:80', 'METER.example'])
      expect([host, await statusWith({ host })]).toEqual([host, 200]);
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.nip.io:80', 'localhost@evil', '[::1]evil'])
      expect([host, await statusWith({ host })]).not.toEqual([host, 200]);
  });

  it('is no page of another origin', async () => {
    server = await testServer();

    expect((await server.get('/healthz', { origin: server.url })).status).toBe(200);
    for (const origin of ['http://evil.example', 'null', 'http://localhost'])
      expect((await server.get('/healthz', { origin })).status).toBe(403);
  });

  it('is who has a key, where keys are asked for', async () => {
    const principal: Principal = { id: 'app', roles: ['writer'], teams: [] };
    server = await testServer({ authenticate: keyAuthentication([{ key: 'secret', principal }]) });
    const basic = `Basic ${Buffer.from('anyone:secret').toString('base64')}`;

    const refused = await send();
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain('Basic');
    for (const authorization of ['Bearer secret', 'bearer secret', basic])
      expect((await server.get('/v1/catalog', { authorization })).status).toBe(200);
    for (const authorization of ['Bearer wrong', 'Bearer', 'secret', 'Basic !!', 'Basic c2VjcmV0'])
      expect((await server.get('/v1/catalog', { authorization })).status).toBe(401);
    expect(await (await server.get('/healthz')).json()).toMatchObject({ asks: 'nobody' });
  });
});
