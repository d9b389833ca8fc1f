import type { Principal } from '../ports.ts';
import type { QueryAnswer } from '../usecases/query.ts';
import type { Params } from './params.ts';

/** Asks for a metric, as `runQuery` does. */
export type Ask = (params: Readonly<Record<string, string>>) => Promise<QueryAnswer>;

/** Use cases ask in the name of the product itself. */
export const askOf =
  (
    query: (principal: Principal, params: Params, nowMs: number) => Promise<QueryAnswer>,
    scan: string,
    nowMs: number,
  ): Ask =>
  (params) => {
    const all = Object.entries(params);
    return query(
      { id: `scan:${scan}`, roles: ['reader'], teams: [] },
      {
        getAll: (name) => all.filter(([key]) => key === name).map(([, value]) => value),
        keys: () => Object.keys(params),
      },
      nowMs,
    );
  };
