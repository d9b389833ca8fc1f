import type { Principal } from '../../core/ports.ts';
import type { NamedBudget } from '../../core/usecases/budgets.ts';
import { withJsonBody } from './jsonBody.ts';
import { noParams } from './refuse.ts';
import { json, respond } from './respond.ts';
import type { Routes } from './shell.ts';

/** Budgets are read and changed by these. */
export interface BudgetDependencies {
  budgetStatuses: (principal: Principal, nowMs: number) => Promise<unknown>;
  getBudget: (principal: Principal, name: string) => Promise<NamedBudget>;
  putBudget: (principal: Principal, name: string, input: unknown, ifVersion?: string) => Promise<NamedBudget>;
  deleteBudget: (principal: Principal, name: string, ifVersion?: string) => Promise<void>;
}

/** Budgets. A version is an ETag, and the one that is changed is named by If-Match. */
export const budgetRoutes =
  ({ budgetStatuses, getBudget, putBudget, deleteBudget }: BudgetDependencies): Routes =>
  (app, { principalOf, inFlight, now }) => {
    app.get('/v1/budgets', async ({ req: { raw: request } }) => {
      noParams(request);
      return json(200, { budgets: await budgetStatuses(await principalOf(request), now()) });
    });

    app.get('/v1/budgets/:budget', async (c) => {
      noParams(c.req.raw);
      return answer(await getBudget(await principalOf(c.req.raw), c.req.param('budget')));
    });

    app.put('/v1/budgets/:budget', async (c) => {
      const request = c.req.raw;
      const principal = await principalOf(request);
      noParams(request);
      const put = (input: unknown) => putBudget(principal, c.req.param('budget'), input, versionOf(request));
      return answer(await withJsonBody(request, inFlight, put));
    });

    app.delete('/v1/budgets/:budget', async (c) => {
      const request = c.req.raw;
      noParams(request);
      await deleteBudget(await principalOf(request), c.req.param('budget'), versionOf(request));
      return respond(204, undefined, undefined);
    });
  };

const answer = ({ name, source, version, budget }: NamedBudget): Response =>
  json(200, { name, source, ...budget }, version === undefined ? {} : { ETag: JSON.stringify(version) });

/** Undefined where there is no If-Match. */
const versionOf = (request: Request): string | undefined => request.headers.get('if-match')?.replace(/^"(.*)"$/, '$1');
