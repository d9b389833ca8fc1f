import { describe, expect, it } from 'vitest';
import { queryCsv } from '../../adapters/http/queryCsv.ts';
import { HOUR } from '../../core/telemetry/families.ts';
import { call, NOW, range, T0, world } from '../usecases/world.ts';

describe('a query as CSV', () => {
  it.each([
    [T0, 'time,team,model,stat,value\n2026-03-04T00:00:00.000Z,search,llama,sum,1\n'],
    [T0 - HOUR, 'time,team,model,stat,value\n'],
  ])('has its header line with rows and without', async (fromMs, text) => {
    const one = world();
    await one.send({ events: [call()] });
    await one.roll();
    const csv = queryCsv((_principal, params, nowMs) => one.ask(new URLSearchParams(String(params)), nowMs));
    const asked = `metric=inference.requests&stat=sum&step=all&groupBy=team,model${range(fromMs, fromMs + HOUR)}`;

    const principal = { id: 'test', roles: ['reader' as const], teams: [] };
    expect(await csv(principal, new URLSearchParams(asked), NOW)).toBe(text);
  });
});
