import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { httpApp } from '../../adapters/http/app.ts';
import { EVENT_EXAMPLES } from '../../adapters/http/eventExamples.ts';
import { openApi } from '../../adapters/http/openapi.ts';
import { memoryBatchLog } from '../../adapters/memory/batchLog.ts';
import { EVENT_KINDS, EVENT_SCHEMAS } from '../../core/telemetry/events.ts';
import { JSON_TYPE, type TestServer, testDependencies, testServer } from './server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
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
    for (const path of ['/v1/catalog?x=1', '/v1/deployments?team=a', '/healthz?deep=1', '/openapi.json?v=2'])
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

describe('GET /openapi.json', () => {
  type Operation = { summary: string; responses: Record<string, unknown> };
  const description = openApi() as {
    openapi: string;
    paths: Record<string, Record<string, Operation>>;
    components: Record<string, Record<string, Record<string, unknown>>>;
  };

  it('describes every route of the API, and no other', () => {
    const { routes } = httpApp(testDependencies(memoryBatchLog(), []));
    const served = routes
      .filter(({ method, path }) => method !== 'ALL' && path !== '/')
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`);
    const described = Object.entries(description.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    );

    expect(described.sort()).toEqual([...new Set(served)].sort());
  });

  it('is OpenAPI 3.1 whose references lead somewhere and whose operations say what they answer', async () => {
    const text = await (await server.get('/openapi.json')).text();
    const references = [...text.matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)];

    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(description)));
    expect(description.openapi).toMatch(/^3\.1\.\d$/);
    expect(references.length).toBeGreaterThan(50);
    for (const [, kind, name] of references) expect(description.components[kind!]).toHaveProperty(name!);
    expect([...text.matchAll(/"\$ref":"(?!#\/components)/g)]).toEqual([]);
    for (const operations of Object.values(description.paths))
      for (const { summary, responses } of Object.values(operations)) {
        expect(summary).toBeTruthy();
        expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true);
      }
  });

  it('has the six kinds of event, with examples that the schemas take', () => {
    for (const kind of EVENT_KINDS) {
      const name = `${kind[0]!.toUpperCase()}${kind.slice(1)}Event`;
      expect(description.components.schemas![name]).toMatchObject({
        type: 'object',
        properties: { kind: { const: kind } },
      });
      expect(EVENT_SCHEMAS[kind].strict().parse(EVENT_EXAMPLES[kind])).toEqual(EVENT_EXAMPLES[kind]);
    }
  });
});
