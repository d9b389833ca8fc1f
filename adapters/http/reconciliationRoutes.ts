import { stringify } from 'csv-stringify/sync';
import { RECONCILIATION_COLUMNS, type reconcileCosts, reconciliationRows } from '../../core/usecases/reconcileCosts.ts';
import { json, respond } from './respond.ts';
import type { Routes } from './shell.ts';

/** Estimate and bill are compared by this. */
export interface ReconciliationDependencies {
  reconcileCosts: ReturnType<typeof reconcileCosts>;
}

/** `GET /v1/reconciliation?from=&to=`: JSON, or with `Accept: text/csv` a line for each day and service. */
export const reconciliationRoutes =
  ({ reconcileCosts }: ReconciliationDependencies): Routes =>
  (app, { principalOf, now }) => {
    app.get('/v1/reconciliation', async ({ req: { raw: request } }) => {
      const principal = await principalOf(request);
      const answer = await reconcileCosts(principal, new URL(request.url).searchParams, now());
      if (!request.headers.get('accept')?.includes('text/csv')) return json(200, answer);
      const csv = stringify(reconciliationRows(answer), { header: true, columns: [...RECONCILIATION_COLUMNS] });
      return respond(200, 'text/csv; charset=utf-8', csv);
    });
  };
