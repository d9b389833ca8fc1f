import { stringify } from 'csv-stringify/sync';
import type { Principal } from '../../core/ports.ts';
import type { Params } from '../../core/query/params.ts';
import { type CostsAnswer, costRows } from '../../core/usecases/queryCosts.ts';
import { json, respond } from './respond.ts';
import type { Routes } from './shell.ts';

export interface CostDependencies {
  costs: (principal: Principal, params: Params, nowMs: number) => Promise<CostsAnswer>;
}

/** What everything cost. */
export const costRoutes =
  ({ costs }: CostDependencies): Routes =>
  (app, { principalOf, now }) => {
    app.get('/v1/costs', async ({ req: { raw: request } }) => {
      const principal = await principalOf(request);
      const answer = await costs(principal, new URL(request.url).searchParams, now());
      if (!request.headers.get('accept')?.includes('text/csv')) return json(200, answer);
      return respond(200, 'text/csv; charset=utf-8', costsCsv(answer));
    });
  };

/** A header line, also where there is nothing below it, and a line for each point. */
const costsCsv = (answer: CostsAnswer): string =>
  stringify(costRows(answer), { header: true, columns: ['time', ...answer.groupBy, 'currency', 'cost'] });
