import { DAY } from '../../core/telemetry/families.ts';
import { FLEET } from '../../demo/deployments.ts';
import { anchorOf, REQUESTS_PER_MINUTE } from '../../demo/fleet.ts';
import { registerOwners } from '../../demo/registry.ts';
import { fleetSender } from '../../demo/send.ts';

/** A request as any client would send it. */
export interface Request {
  method: 'POST' | 'PUT';
  path: string;
  body: string;
  key?: string;
}

/** A day of the simulated fleet that ended at the last full hour: what it would send over HTTP, in order. */
export const demoDay = async ({ nowMs, seed = 1, days = 1 }: { nowMs: number; seed?: number; days?: number }) => {
  const toMs = anchorOf(nowMs);
  const fromMs = toMs - days * DAY;
  const requests: Request[] = [];
  const client = {
    send: async ({ method = 'POST', ...request }: Partial<Pick<Request, 'method'>> & Omit<Request, 'method'>) => {
      requests.push({ method, ...request });
    },
  };
  await registerOwners(client, fromMs);
  await fleetSender({ seed, anchorMs: toMs, requestsPerMinute: REQUESTS_PER_MINUTE }, client)({ fromMs, toMs });
  return { fromMs, toMs, requests, deployments: FLEET.length };
};
