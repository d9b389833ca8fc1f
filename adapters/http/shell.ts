import { Hono } from 'hono';
import type { Principal } from '../../core/ports.ts';
import { hostCheck, LOCAL_PRINCIPAL, unauthenticated } from './access.ts';
import { type Failure, failureOf } from './failure.ts';
import { type InFlight, inFlightOf } from './inFlight.ts';
import { otlpFailure } from './otlpFailure.ts';
import { refuseTheRest } from './refuse.ts';
import { respond } from './respond.ts';

/** How a place is set up that answers HTTP. */
export interface Place {
  /** Names that this server answers to besides those of loopback; `*` = any. */
  allowedHosts?: readonly string[];
  /** Who asks; undefined = nobody we know. Without it everybody is the local principal. */
  authenticate?: (request: Request) => Principal | undefined | Promise<Principal | undefined>;
  /** Bounds of the request bodies taken in at a time. */
  maxInFlight?: { maxBytes: number; maxRequests: number };
  log: (message: string, fields: Record<string, unknown>) => void;
  /** Epoch milliseconds. */
  now: () => number;
}

/** What routes get of the place that they are served in. */
export interface Shell {
  /** Who asks; throws HttpError 401 when that is nobody we know. */
  principalOf: (request: Request) => Promise<Principal>;
  /** Who asks; undefined = nobody we know. */
  callerOf: (request: Request) => Promise<Principal | undefined>;
  inFlight: InFlight;
  /** Epoch milliseconds. */
  now: () => number;
}

/** A group of routes that belong together; a place serves those that it has the use cases for. */
export type Routes = (app: Hono, shell: Shell) => void;

/** 64 MiB is sixteen of the largest bodies, and far more than two cores decode in a second. */
const MAX_IN_FLIGHT = { maxBytes: 64 * 1024 * 1024, maxRequests: 1024 };

/** Groups of routes behind what all of them share: the check of the host, who asks, and how failures are told. */
export const serveRoutes = (place: Place, groups: readonly Routes[]): Hono => {
  const { log, now, authenticate } = place;
  const checkHost = hostCheck(place.allowedHosts ?? []);
  const app = new Hono();

  const callerOf = async (request: Request) => (authenticate ? authenticate(request) : LOCAL_PRINCIPAL);
  const shell: Shell = {
    callerOf,
    async principalOf(request) {
      const principal = await callerOf(request);
      if (!principal) throw unauthenticated();
      return principal;
    },
    inFlight: inFlightOf(place.maxInFlight ?? MAX_IN_FLIGHT),
    now,
  };

  app.use(async (c, next) => {
    checkHost(c.req.raw);
    await next();
  });
  for (const routes of groups) routes(app, shell);
  refuseTheRest(app);
  app.onError((error, c) => failureResponse(c.req.raw, failureOf(error, log)));
  return app;
};

const failureResponse = (request: Request, failure: Failure): Response => {
  const { status, headers, problem } = failure;
  return otlpFailure(request, failure) ?? respond(status, 'application/problem+json', JSON.stringify(problem), headers);
};
