import { COST_DIMENSIONS, type CostDimension } from '../../core/cost/entry.ts';
import type { Scope } from '../../core/cost/scope.ts';
import { AppError } from '../../core/errors.ts';
import { didYouMean } from '../../core/nearest.ts';
import type { Principal } from '../../core/ports.ts';
import { noParams } from './refuse.ts';
import { json } from './respond.ts';
import type { Routes } from './shell.ts';

export interface CostAnalysisDependencies {
  costOverview: (principal: Principal, nowMs: number) => Promise<unknown>;
  costForecast: (principal: Principal, scope: { scope: Scope }, nowMs: number) => Promise<unknown>;
  costAnomalies: (principal: Principal, options: object, nowMs: number) => Promise<unknown>;
  unitCosts: (principal: Principal, nowMs: number) => Promise<unknown>;
}

/** What costs do: where they go, what stands out. */
export const costAnalysisRoutes =
  ({ costOverview, costForecast, costAnomalies, unitCosts }: CostAnalysisDependencies): Routes =>
  (app, { principalOf, now }) => {
    app.get('/v1/costs/overview', async ({ req: { raw: request } }) => {
      noParams(request);
      return json(200, await costOverview(await principalOf(request), now()));
    });

    app.get('/v1/costs/forecast', async ({ req: { raw: request } }) => {
      const principal = await principalOf(request);
      return json(200, await costForecast(principal, { scope: scopeOf(new URL(request.url).searchParams) }, now()));
    });

    app.get('/v1/costs/units', async ({ req: { raw: request } }) => {
      noParams(request);
      return json(200, { units: await unitCosts(await principalOf(request), now()) });
    });

    app.get('/v1/costs/anomalies', async ({ req: { raw: request } }) => {
      noParams(request);
      return json(200, await costAnomalies(await principalOf(request), {}, now()));
    });
  };

/** Every parameter is a dimension with the one value that counts: `?team=search`. */
const scopeOf = (params: URLSearchParams): Scope => {
  const scope: Scope = {};
  const problems = [...params].flatMap(([name, value]) => {
    const dimension = COST_DIMENSIONS.find((known) => known === name);
    if (!dimension)
      return [{ path: name, message: `costs have no dimension "${name}"${didYouMean(name, COST_DIMENSIONS)}` }];
    if (scope[dimension] !== undefined) return [{ path: name, message: 'is given more than once' }];
    scope[dimension as CostDimension] = value;
    return [];
  });
  if (problems.length === 0) return scope;
  const said = problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new AppError('invalidInput', said, { problems });
};
