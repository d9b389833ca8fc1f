import { describe, expect, it } from 'vitest';
import { openApi } from '../../adapters/http/openapi.ts';
import { ROUTES } from '../../lib/routes.ts';

describe('routes of the HTTP API', () => {
  it('are those that the API describes, no more and no fewer', () => {
    const { paths } = openApi() as { paths: Record<string, Record<string, unknown>> };
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );

    // Bills are imported on one machine; in AWS they lie in S3 as files.
    const isInAws = (route: string) => !route.includes(' /v1/bills/');
    expect(ROUTES.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(described.filter(isInAws).sort());
  });
});
