import { stringify } from 'csv-stringify/sync';
import type { costing } from '../../core/usecases/costing.ts';
import { type CostsAnswer, costRows } from '../../core/usecases/queryCosts.ts';
import { budgetRoutes } from './budgetRoutes.ts';
import { costAnalysisRoutes } from './costAnalysisRoutes.ts';
import { reconciliationRoutes } from './reconciliationRoutes.ts';
import { json, respond } from './respond.ts';
import type { Routes } from './shell.ts';

export type CostDependencies = ReturnType<typeof costing>;

/** What everything cost, and what follows from it. */
export const costRoutes =
  (dependencies: CostDependencies): Routes =>
  (app, shell) => {
    for (const routes of [costAnalysisRoutes, budgetRoutes, reconciliationRoutes]) routes(dependencies)(app, shell);
    const { principalOf, now } = shell;
    app.get('/v1/costs', async ({ req: { raw: request } }) => {
      const principal = await principalOf(request);
      const answer = await dependencies.costs(principal, new URL(request.url).searchParams, now());
      if (!request.headers.get('accept')?.includes('text/csv')) return json(200, answer);
      return respond(200, 'text/csv; charset=utf-8', costsCsv(answer));
    });
  };

/** A header line, also where there is nothing below it, and a line for each point. */
const costsCsv = (answer: CostsAnswer): string =>
  stringify(costRows(answer), { header: true, columns: ['time', ...answer.groupBy, 'currency', 'cost'] });
