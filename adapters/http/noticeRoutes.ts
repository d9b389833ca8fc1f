import type { Principal } from '../../core/ports.ts';
import { noParams } from './refuse.ts';
import { json } from './respond.ts';
import type { Routes } from './shell.ts';

/** What is wrong now comes from this. */
export interface NoticeDependencies {
  listNotices: (principal: Principal, nowMs: number) => Promise<unknown>;
}

/** What people were told and has not ended. */
export const noticeRoutes =
  ({ listNotices }: NoticeDependencies): Routes =>
  (app, { principalOf, now }) => {
    app.get('/v1/notices', async ({ req: { raw: request } }) => {
      noParams(request);
      return json(200, await listNotices(await principalOf(request), now()));
    });
  };
