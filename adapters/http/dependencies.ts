import type { Principal, Receipt } from '../../core/ports.ts';
import type { Params } from '../../core/query/params.ts';
import type { DoorOptions } from '../../core/telemetry/decoded.ts';
import type { IngestRequest } from '../../core/usecases/ingest.ts';
import type { ExportDependencies } from './exportRoutes.ts';

/** What the HTTP side is given: use cases over their ports, and how this place is set up. */
export interface HttpDependencies {
  ingest: (principal: Principal, request: IngestRequest) => Promise<Receipt>;
  query: (principal: Principal, params: Params, nowMs: number) => Promise<unknown>;
  /** The same answer as CSV. */
  queryCsv: (principal: Principal, params: Params, nowMs: number) => Promise<string>;
  catalog: (principal: Principal) => Promise<unknown>;
  dimension: (principal: Principal, name: string, params: Params, nowMs: number) => Promise<unknown>;
  listDeployments: (principal: Principal, nowMs: number) => Promise<unknown>;
  getDeployment: (principal: Principal, name: string, nowMs: number) => Promise<unknown>;
  putDeployment: (principal: Principal, name: string, input: unknown, nowMs: number) => Promise<unknown>;
  /** `principal` is undefined for a caller we do not know (a load balancer): tell that one no more than that we live. */
  health: (principal: Principal | undefined) => Promise<unknown>;
  /** HTML of the page at `/`, whole. */
  page: string;
  /** How telemetry is treated at the door. */
  door: Omit<DoorOptions, 'nowMs' | 'teams'>;
  /** Names that this server answers to besides those of loopback; `*` = any. */
  allowedHosts?: readonly string[];
  /** Who asks; undefined = nobody we know. Without it everybody is the local principal. */
  authenticate?: (request: Request) => Principal | undefined | Promise<Principal | undefined>;
  /** So much waits to be rolled up that no more should come in. */
  isOverloaded?: () => boolean;
  /** Bounds of the request bodies taken in at a time. */
  maxInFlight?: { maxBytes: number; maxRequests: number };
  /** What `/v1/export/…` is made of; without it there is no such path. */
  exports?: Omit<ExportDependencies, 'principalOf' | 'now'>;
  log: (message: string, fields: Record<string, unknown>) => void;
  /** Epoch milliseconds. */
  now: () => number;
}
