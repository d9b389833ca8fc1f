import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JSON_TYPE, type StartServer, type TestServer } from './testServer.ts';

/** What answers at which path, by every door. */
export const routesContract = (start: StartServer) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.stop());

  const put = (path: string, body: string) => fetch(server.url + path, { method: 'PUT', body, headers: JSON_TYPE });

  describe('routes', () => {
    it('answer an unknown path with those that there are', async () => {
      const response = await server.get('/v1/evnts');

      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({
        type: 'urn:modelmeter:error:notFound',
        detail: expect.stringMatching(/\/v1\/evnts.*\/v1\/events.*\/v1\/deployments\/\{deployment\}/),
      });
    });

    it('answer a wrong method with the right ones', async () => {
      const get = await server.get('/v1/events');
      const post = await server.post('/v1/query', '');

      expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
      expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    });

    it('answer unknown parameters with 400', async () => {
      for (const path of [
        '/v1/catalog?x=1',
        '/v1/deployments?team=a',
        '/v1/notices?team=a',
        '/healthz?deep=1',
        '/openapi.json?v=2',
      ])
        expect([path, (await server.get(path)).status]).toEqual([path, 400]);
    });

    it('answer queries as JSON, or as CSV to who asks for it', async () => {
      const asJson = await server.get('/v1/query?metric=m&filter=a:b&filter=c:d%2Ce');
      const asCsv = await server.get('/v1/query?metric=m', { accept: 'text/csv' });

      expect(await asJson.json()).toEqual({ asked: ['metric', 'filter', 'filter'] });
      expect([asCsv.headers.get('content-type'), await asCsv.text()]).toEqual([
        'text/csv; charset=utf-8',
        'time,value\n',
      ]);
    });

    it('answer what is wrong now', async () => {
      const answer = await (await server.get('/v1/notices')).json();

      expect(answer).toEqual({ notices: [], asks: expect.any(String) });
    });

    it('take names with any character in them', async () => {
      const name = 'arn:aws/x y%ü';

      const told = await put(`/v1/deployments/${encodeURIComponent(name)}`, '{"owner":"ann"}');
      const listed = await server.get('/v1/deployments');
      const one = await server.get(`/v1/deployments/${encodeURIComponent(name)}`);
      expect(await one.json()).toMatchObject({ deployment: name, owner: 'ann' });
      const unknown = await server.get('/v1/deployments/nobody');
      expect([unknown.status, await unknown.json()]).toMatchObject([
        404,
        { detail: expect.stringContaining('"nobody"') },
      ]);

      expect(told.status).toBe(200);
      expect(await listed.json()).toMatchObject({ deployments: [{ deployment: name, owner: 'ann' }], unowned: [] });
      expect(await (await server.get('/v1/dimensions/a%2Fb')).json()).toMatchObject({ name: 'a/b' });
      expect((await server.get('/v1/dimensions/%E0%A4%A')).status).toBeLessThan(500);
    });

    it('answer a wrong description of a deployment with the field', async () => {
      const wrong = await put('/v1/deployments/d', '{"owners":"ann"}');

      expect(wrong.status).toBe(400);
      expect(((await wrong.json()) as { detail: string }).detail).toContain('owners');
      expect((await put('/v1/deployments/d', '{')).status).toBe(400);
      expect((await put('/v1/deployments/d', '')).status).toBe(400);
    });

    it('serve the page under a policy that lets it run its own script alone', async () => {
      const response = await server.get('/');

      expect(await response.text()).toContain('<!doctype html>');
      expect(response.headers.get('content-security-policy')).toMatch(
        /script-src 'sha256-[\w+/=]+';.*connect-src 'self'/,
      );
    });

    it('carry security headers, on failures too', async () => {
      for (const path of ['/healthz', '/nothing'])
        expect((await server.get(path)).headers.get('x-content-type-options')).toBe('nosniff');
    });
  });
};
