import type { Principal } from '../../core/ports.ts';
import type { Params } from '../../core/query/params.ts';
import { noParams } from './refuse.ts';
import { json, respond } from './respond.ts';
import type { Routes } from './shell.ts';

/** Questions are answered by these. */
export interface QueryDependencies {
  query: (principal: Principal, params: Params, nowMs: number) => Promise<unknown>;
  /** The same answer as CSV. */
  queryCsv: (principal: Principal, params: Params, nowMs: number) => Promise<string>;
  catalog: (principal: Principal) => Promise<unknown>;
  dimension: (principal: Principal, name: string, params: Params, nowMs: number) => Promise<unknown>;
}

/** Metrics: what they were, which there are, by what they can be grouped. */
export const queryRoutes =
  ({ query, queryCsv, catalog, dimension }: QueryDependencies): Routes =>
  (app, { principalOf, now }) => {
    app.get('/v1/query', async ({ req: { raw: request } }) => {
      const principal = await principalOf(request);
      const params = paramsOf(request);
      if (!request.headers.get('accept')?.includes('text/csv')) return json(200, await query(principal, params, now()));
      return respond(200, 'text/csv; charset=utf-8', await queryCsv(principal, params, now()));
    });

    app.get('/v1/catalog', async ({ req: { raw: request } }) => {
      noParams(request);
      return json(200, await catalog(await principalOf(request)));
    });

    app.get('/v1/dimensions/:name', async (c) => {
      const principal = await principalOf(c.req.raw);
      return json(200, await dimension(principal, c.req.param('name'), paramsOf(c.req.raw), now()));
    });
  };

const paramsOf = (request: Request): URLSearchParams => new URL(request.url).searchParams;
