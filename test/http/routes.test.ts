import { describe, expect, it } from 'vitest';
import { httpApp } from '../../adapters/http/app.ts';
import { EVENT_EXAMPLES } from '../../adapters/http/eventExamples.ts';
import { openApi } from '../../adapters/http/openapi.ts';
import { memoryBatchLog } from '../../adapters/memory/batchLog.ts';
import { EVENT_KINDS, EVENT_SCHEMAS } from '../../core/telemetry/events.ts';
import { routesContract } from './routesContract.ts';
import { testServer } from './server.ts';
import { testDependencies } from './testServer.ts';

routesContract(testServer);

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
    const server = await testServer();
    const text = await (await server.get('/openapi.json')).text();
    await server.stop();
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
