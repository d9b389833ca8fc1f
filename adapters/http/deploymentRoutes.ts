import type { Principal } from '../../core/ports.ts';
import { withJsonBody } from './jsonBody.ts';
import { noParams } from './refuse.ts';
import { json } from './respond.ts';
import type { Routes } from './shell.ts';

/** The registry is read and told by these. */
export interface DeploymentDependencies {
  listDeployments: (principal: Principal, nowMs: number) => Promise<unknown>;
  getDeployment: (principal: Principal, name: string, nowMs: number) => Promise<unknown>;
  putDeployment: (principal: Principal, name: string, input: unknown, nowMs: number) => Promise<unknown>;
}

/** The registry of deployments. */
export const deploymentRoutes =
  ({ listDeployments, getDeployment, putDeployment }: DeploymentDependencies): Routes =>
  (app, { principalOf, inFlight, now }) => {
    app.get('/v1/deployments', async ({ req: { raw: request } }) => {
      noParams(request);
      return json(200, await listDeployments(await principalOf(request), now()));
    });

    app.get('/v1/deployments/:deployment', async (c) => {
      noParams(c.req.raw);
      return json(200, await getDeployment(await principalOf(c.req.raw), c.req.param('deployment'), now()));
    });

    app.put('/v1/deployments/:deployment', async (c) => {
      const request = c.req.raw;
      const principal = await principalOf(request);
      noParams(request);
      const put = (input: unknown) => putDeployment(principal, c.req.param('deployment'), input, now());
      return json(200, await withJsonBody(request, inFlight, put));
    });
  };
