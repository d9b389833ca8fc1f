import { describe } from 'vitest';
import { httpApp } from '../../adapters/http/app.ts';
import { memoryBatchLog } from '../../adapters/memory/batchLog.ts';
import type { Principal } from '../../core/ports.ts';
import { httpFunction } from '../../lambdas/http.ts';
import { accessContract } from '../http/accessContract.ts';
import { eventsContract } from '../http/eventsContract.ts';
import { fuzzContract } from '../http/fuzzContract.ts';
import { otlpContract } from '../http/otlpContract.ts';
import { routesContract } from '../http/routesContract.ts';
import { type StartServer, testDependencies } from '../http/testServer.ts';
import { gateway } from './gateway.ts';

const SOMEBODY: Principal = { id: 'somebody', roles: ['admin'], teams: [] };

/** The HTTP side as a function behind API Gateway, which asks an authoriser who it is that calls. */
const gatewayServer: StartServer = async ({ authenticate, ...more } = {}, log = memoryBatchLog()) => {
  const logged: string[] = [];
  const handler = httpFunction(
    (place) => {
      const { log: noted, ...dependencies } = testDependencies(log, logged);
      return httpApp({ ...dependencies, ...place, log: noted, ...more });
    },
    { iam: { callers: [], unnamed: [] } },
  );
  const principalOf = async (headers: Headers) =>
    authenticate ? authenticate(new Request('https://api.example', { headers })) : SOMEBODY;
  const { url, stop } = await gateway({ handler, principalOf });
  return {
    url,
    log,
    logged,
    post: (path, body, headers = {}) => fetch(url + path, { method: 'POST', body, headers }),
    get: (path, headers = {}) => fetch(url + path, { headers }),
    stop,
  };
};

describe('behind API Gateway: access', () => accessContract(gatewayServer));
describe('behind API Gateway: events', () => eventsContract(gatewayServer));
describe('behind API Gateway: OTLP', () => otlpContract(gatewayServer));
describe('behind API Gateway: routes', () => routesContract(gatewayServer));
describe('behind API Gateway: whatever comes', () => fuzzContract(gatewayServer));
