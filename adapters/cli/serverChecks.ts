import { isLoopback } from '../local/loopback.ts';
import { httpClient } from './client.ts';
import type { Check } from './doctor.ts';
import { checkPort } from './port.ts';

/** An answer that is slower than this, milliseconds, says that the server's event loop is busy. */
const SLOW_MS = 250;
const PINGS = 5;
/** Half of what telemetry may be dated ahead. */
const CLOCK_SKEW_MS = 5 * 60_000;
const NAMES_SHOWN = 5;
/** Rollups follow within seconds; what waits for longer than this says that the server does not keep up. */
const LONG_WAIT_S = 30;

interface Health {
  status: string;
  problem?: string;
  version?: string;
  rollupLagS?: number | null;
  backlogBatches?: number;
  oldestWaitingS?: number;
}

/**
 * The server: that it answers, how soon, how far it is behind, its clock, and what nobody owns.
 *
 * @param isExpected it was asked for by its address, so that not to be there is a fault
 */
export const checkServer = async ({ url, isExpected }: { url: string; isExpected: boolean }): Promise<Check[]> => {
  const client = httpClient({ url });
  const startMs = performance.now();
  const response = await client.request('/healthz').catch(() => undefined);
  if (!response) return [await absent(url, isExpected)];
  const health = (await response.json().catch(() => undefined)) as Health | undefined;
  if (!health || typeof health.status !== 'string') {
    const remedy = 'choose another port for one of them: PORT=8081, or say --url';
    return [{ state: 'broken', what: `something else than Modelmeter answers at ${url}`, remedy }];
  }
  const latencies = [performance.now() - startMs];
  while (latencies.length < PINGS) {
    const pingMs = performance.now();
    await (await client.request('/healthz')).body?.cancel();
    latencies.push(performance.now() - pingMs);
  }
  const skewMs = Math.abs(Date.parse(response.headers.get('date') ?? '') - Date.now());
  return [condition(url, health), ...backlog(health), speed(latencies), ...clock(skewMs), ...(await registry(client))];
};

const absent = async (url: string, isExpected: boolean): Promise<Check> => {
  if (isExpected)
    return {
      state: 'broken',
      what: `nothing answers at ${url}`,
      remedy: 'start it with modelmeter serve, or correct --url',
    };
  const { hostname, port } = new URL(url);
  const fault = isLoopback(hostname)
    ? await checkPort(hostname, Number(port || 80)).catch((error: Error) => error)
    : undefined;
  if (fault)
    return {
      state: 'broken',
      what: fault.message.split(':')[0]!,
      remedy: 'start on another port, for example PORT=8081',
    };
  return { state: 'ok', what: `no server runs at ${url}, and its port is free: modelmeter serve starts one` };
};

const condition = (url: string, { status, problem, version }: Health): Check => {
  const what = `server at ${url}${version ? `, version ${version}` : ''}: ${status}${problem ? ` (${problem})` : ''}`;
  if (status === 'ok') return { state: 'ok', what };
  return {
    state: 'broken',
    what,
    remedy: "see the server's log; what was accepted is safe and is rolled up once it can be",
  };
};

const backlog = ({ backlogBatches, oldestWaitingS = 0, rollupLagS }: Health): Check[] => {
  if (backlogBatches === undefined)
    return [
      {
        state: 'advice',
        what: 'the server says more to those it knows and who are bound to no team',
        remedy: 'put a token in MODELMETER_TOKEN',
      },
    ];
  const newest = rollupLagS == null ? 'nothing came since its start' : `the last came ${rollupLagS} s ago`;
  const what =
    backlogBatches === 0
      ? `all that was accepted is rolled up; ${newest}`
      : `${backlogBatches} requests wait to be rolled up, the oldest for ${oldestWaitingS} s`;
  if (backlogBatches < 1_000 && oldestWaitingS < LONG_WAIT_S) return [{ state: 'ok', what }];
  return [
    { state: 'advice', what, remedy: 'more comes in than this machine rolls up: send larger batches, or add a core' },
  ];
};

const speed = (latencies: readonly number[]): Check => {
  const median = latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length / 2)]!;
  const what = `the server answers within ${Math.ceil(median)} ms`;
  if (median < SLOW_MS) return { state: 'ok', what };
  return { state: 'advice', what, remedy: 'it is busy: look at its CPU, at large queries and at the backlog' };
};

const clock = (skewMs: number): Check[] => {
  if (Number.isNaN(skewMs)) return [];
  const what = `its clock and this one differ by ${(skewMs / 1000).toFixed(0)} s`;
  if (skewMs < CLOCK_SKEW_MS) return [{ state: 'ok', what }];
  return [{ state: 'broken', what, remedy: 'set both by NTP: telemetry dated 10 minutes ahead is refused' }];
};

const registry = async (client: ReturnType<typeof httpClient>): Promise<Check[]> => {
  const response = await client.request('/v1/deployments');
  if (response.status === 401)
    return [
      {
        state: 'broken',
        what: 'the server does not know you',
        remedy: 'put one of its keys or tokens in MODELMETER_TOKEN',
      },
    ];
  if (!response.ok)
    return [{ state: 'broken', what: `the registry answered ${response.status}`, remedy: "see the server's log" }];
  const { deployments, unowned } = (await response.json()) as { deployments: unknown[]; unowned: string[] };
  if (unowned.length === 0) return [{ state: 'ok', what: `${deployments.length} deployments, all with an owner` }];
  const names = unowned.slice(0, NAMES_SHOWN).join(', ') + (unowned.length > NAMES_SHOWN ? ', …' : '');
  return [
    {
      state: 'advice',
      what: `${unowned.length} of ${deployments.length} deployments have no owner: ${names}`,
      remedy: 'name one in the configuration, or PUT /v1/deployments/NAME {"owner":"…","team":"…"}',
    },
  ];
};
