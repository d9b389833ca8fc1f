import type { Principal } from '../../core/ports.ts';
import { noParams } from './refuse.ts';
import { json } from './respond.ts';
import type { Routes } from './shell.ts';

/** What the service says of itself comes from this. */
export interface ServiceDependencies {
  /** `principal` is undefined for a caller we do not know (a load balancer): tell that one no more than that we live. */
  health: (principal: Principal | undefined) => Promise<unknown>;
}

/** Is it well, and what can it do? */
export const serviceRoutes =
  ({ health }: ServiceDependencies): Routes =>
  (app, { callerOf, principalOf }) => {
    app.get('/healthz', async ({ req: { raw: request } }) => {
      noParams(request);
      return json(200, await health(await callerOf(request)));
    });

    app.get('/openapi.json', async ({ req: { raw: request } }) => {
      noParams(request);
      await principalOf(request);
      // Only here, since few ask for it and it is made of every schema there is.
      const { openApi } = await import('./openapi.ts');
      return json(200, openApi());
    });
  };
