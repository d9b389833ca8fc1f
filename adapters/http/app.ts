import { type Context, Hono } from 'hono';
import { AppError } from '../../core/errors.ts';
import type { Principal, Receipt } from '../../core/ports.ts';
import type { Decoded, DoorOptions } from '../../core/telemetry/decoded.ts';
import { readEvents } from '../../core/telemetry/door/readEvents.ts';
import { decodeRemoteWrite } from '../../core/telemetry/remoteWrite/decode.ts';
import { hostCheck, LOCAL_PRINCIPAL, unauthenticated } from './access.ts';
import { batchId, fingerprintOf, idempotencyKey } from './batchId.ts';
import { declaredBytes, readBody, textOf } from './body.ts';
import type { HttpDependencies } from './dependencies.ts';
import { exportRoutes } from './exportRoutes.ts';
import { failureOf, HttpError, MAX_LISTED } from './failure.ts';
import { inFlightOf } from './inFlight.ts';
import { byMediaType } from './mediaType.ts';
import { openApi } from './openapi.ts';
import { OTLP_ENCODINGS, OTLP_SIGNALS, otlpFailure, otlpResponse, PROTOBUF } from './otlp.ts';
import { pageHandler } from './page.ts';
import { noParams, refuseTheRest } from './refuse.ts';
import { json, respond } from './respond.ts';

/** 64 MiB is sixteen of the largest bodies, and far more than two cores decode in a second. */
const MAX_IN_FLIGHT = { maxBytes: 64 * 1024 * 1024, maxRequests: 1024 };
const OVERLOADED_RETRY_S = '5';

const EVENT_FORMATS = {
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  '': 'json',
  // What curl and many a tool say of any text. It is what a page of another site may send unasked, too: that has an Origin.
  'application/x-www-form-urlencoded': 'json',
  'text/plain': 'json',
} as const;

/** Every request and answer of Modelmeter: what comes in, the use case for it, and how its outcome is said in HTTP. */
export const httpApp = (dependencies: HttpDependencies): Hono => {
  const { log, now, door, authenticate } = dependencies;
  const checkHost = hostCheck(dependencies.allowedHosts ?? []);
  const inFlight = inFlightOf(dependencies.maxInFlight ?? MAX_IN_FLIGHT);
  const app = new Hono();

  const principalOf = async (request: Request): Promise<Principal> => {
    if (!authenticate) return LOCAL_PRINCIPAL;
    const principal = await authenticate(request);
    if (!principal) throw unauthenticated();
    return principal;
  };

  /** Takes one body in: who sends it, room for it, its content, and the batch that is kept of it. */
  const takeIn = async (
    request: Request,
    path: string,
    read: (
      options: DoorOptions,
    ) => Promise<{ body: Uint8Array; decoded: Decoded; isRepeatable: boolean; isAsSent?: boolean }>,
  ): Promise<{ receipt: Receipt; decoded: Decoded }> => {
    const principal = await principalOf(request);
    noParams(request);
    const key = idempotencyKey(request);
    if (dependencies.isOverloaded?.())
      throw new HttpError(503, 'Too much waits', 'too much waits to be rolled up: send again in a few seconds', {
        'Retry-After': OVERLOADED_RETRY_S,
      });
    inFlight.enter(request, declaredBytes(request));
    try {
      const receivedAt = now();
      const { body, decoded, isRepeatable, isAsSent } = await read({
        ...door,
        teams: principal.teams,
        nowMs: receivedAt,
      });
      const fingerprint = fingerprintOf(body);
      const id = batchId({ principal, path, key, fingerprint, isRepeatable });
      const asSent = isAsSent ? body : undefined;
      return {
        receipt: await dependencies.ingest(principal, { decoded, receivedAt, id, fingerprint, asSent }),
        decoded,
      };
    } finally {
      inFlight.leave(request);
    }
  };

  app.use(async (c, next) => {
    checkHost(c.req.raw);
    await next();
  });

  app.post('/v1/events', async ({ req: { raw: request } }) => {
    const { receipt, decoded } = await takeIn(request, '/v1/events', async (options) => {
      const format = byMediaType(request, EVENT_FORMATS);
      const body = await readBody(request, inFlight);
      const maxAgeMs = isImport(request) ? Number.POSITIVE_INFINITY : options.maxAgeMs;
      const events = readEvents(textOf(body), format, { ...options, maxAgeMs });
      return { body, decoded: events, isRepeatable: events.isSelfDated, isAsSent: events.isAsSent };
    });
    const { duplicate, ...told } = receipt;
    // A retry is told the very same; that it is one stands beside it.
    const headers: Record<string, string> = duplicate ? { 'Idempotent-Replayed': 'true' } : {};
    return json(202, { ...told, errors: decoded.rejected.slice(0, MAX_LISTED), warnings: decoded.noted }, headers);
  });

  for (const signal of OTLP_SIGNALS) {
    app.post(signal.path, async ({ req: { raw: request } }) => {
      const { decoded } = await takeIn(request, signal.path, async (options) => {
        const encoding = byMediaType(request, OTLP_ENCODINGS);
        const body = await readBody(request, inFlight);
        return { body, decoded: signal.decode(body, encoding, options), isRepeatable: true };
      });
      return otlpResponse(signal, byMediaType(request, OTLP_ENCODINGS), decoded);
    });
  }

  app.post('/api/v1/write', async ({ req: { raw: request } }) => {
    const { decoded } = await takeIn(request, '/api/v1/write', async (options) => {
      checkRemoteWrite(request);
      const body = await readBody(request, inFlight, { isPacked: true });
      return { body, decoded: decodeRemoteWrite(body, options), isRepeatable: true };
    });
    const { length } = decoded.rejected;
    return respond(204, undefined, undefined, length > 0 ? { 'X-Modelmeter-Rejected': String(length) } : {});
  });

  app.get('/v1/query', async ({ req: { raw: request } }) => {
    const principal = await principalOf(request);
    const params = paramsOf(request);
    if (!request.headers.get('accept')?.includes('text/csv'))
      return json(200, await dependencies.query(principal, params, now()));
    return respond(200, 'text/csv; charset=utf-8', await dependencies.queryCsv(principal, params, now()));
  });

  app.get('/v1/catalog', async ({ req: { raw: request } }) => {
    noParams(request);
    return json(200, await dependencies.catalog(await principalOf(request)));
  });

  app.get('/v1/dimensions/:name', async (c) => {
    const principal = await principalOf(c.req.raw);
    return json(200, await dependencies.dimension(principal, c.req.param('name'), paramsOf(c.req.raw), now()));
  });

  app.get('/v1/deployments', async ({ req: { raw: request } }) => {
    noParams(request);
    return json(200, await dependencies.listDeployments(await principalOf(request), now()));
  });

  app.get('/v1/deployments/:deployment', async (c) => {
    noParams(c.req.raw);
    return json(200, await dependencies.getDeployment(await principalOf(c.req.raw), c.req.param('deployment'), now()));
  });

  app.put('/v1/deployments/:deployment', async (c) => {
    const request = c.req.raw;
    const principal = await principalOf(request);
    noParams(request);
    byMediaType(request, { 'application/json': true, '': true });
    inFlight.enter(request, declaredBytes(request));
    try {
      const input = parseJson(textOf(await readBody(request, inFlight)));
      return json(200, await dependencies.putDeployment(principal, c.req.param('deployment'), input, now()));
    } finally {
      inFlight.leave(request);
    }
  });

  app.get('/healthz', async ({ req: { raw: request } }) => {
    noParams(request);
    return json(200, await dependencies.health(authenticate ? await authenticate(request) : LOCAL_PRINCIPAL));
  });

  app.get('/openapi.json', async ({ req: { raw: request } }) => {
    noParams(request);
    await principalOf(request);
    return json(200, openApi());
  });

  const page = pageHandler(dependencies.page);
  app.get('/', async ({ req: { raw: request } }) => {
    await principalOf(request);
    return page();
  });

  if (dependencies.exports) app.route('/', exportRoutes({ ...dependencies.exports, principalOf, now }));

  refuseTheRest(app);
  app.onError((error, c) => failureResponse(c, error, log));
  return app;
};

const failureResponse = (c: Context, error: unknown, log: HttpDependencies['log']): Response => {
  const failure = failureOf(error, log);
  const { status, headers, problem } = failure;
  return (
    otlpFailure(c.req.raw, failure) ?? respond(status, 'application/problem+json', JSON.stringify(problem), headers)
  );
};

/** Imports bring their own dates, however old. */
const isImport = (request: Request): boolean => request.headers.get('modelmeter-import') === 'true';

const paramsOf = (request: Request): URLSearchParams => new URL(request.url).searchParams;

/** Remote write 2.0 is another message under the same media type: a sender that is refused with 415 falls back to 1.0. */
const checkRemoteWrite = (request: Request): void => {
  byMediaType(request, { [PROTOBUF]: true, '': true });
  if (/proto\s*=\s*"?io\.prometheus\.write\.v2/.test(request.headers.get('content-type') ?? ''))
    throw new AppError('unsupportedMedia', 'remote write 2.0 is not taken: send 1.0 (prometheus.WriteRequest)');
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('invalidInput', `the body is not JSON: ${(cause as Error).message}`, { cause });
  }
};
