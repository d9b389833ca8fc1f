import { AppError } from '../../core/errors.ts';
import type { Principal, Receipt } from '../../core/ports.ts';
import type { Decoded, DoorOptions } from '../../core/telemetry/decoded.ts';
import { readEvents } from '../../core/telemetry/door/readEvents.ts';
import type { IngestRequest } from '../../core/usecases/ingest.ts';
import { batchId, fingerprintOf, idempotencyKey } from './batchId.ts';
import { declaredBytes, readBody, textOf } from './body.ts';
import { HttpError, MAX_LISTED } from './failure.ts';
import { byMediaType } from './mediaType.ts';
import { OTLP_ENCODINGS, OTLP_SIGNALS, otlpResponse } from './otlp.ts';
import { PROTOBUF } from './otlpFailure.ts';
import { noParams } from './refuse.ts';
import { json, respond } from './respond.ts';
import type { Routes, Shell } from './shell.ts';

/** What comes in is kept by these. */
export interface IngestDependencies {
  ingest: (principal: Principal, request: IngestRequest) => Promise<Receipt>;
  /** How telemetry is treated at the door; may have to be fetched first. */
  door: DoorSetup | (() => Promise<DoorSetup>);
  /** So much waits to be rolled up that no more should come in. */
  isOverloaded?: () => boolean;
}

export type DoorSetup = Omit<DoorOptions, 'nowMs' | 'teams'>;

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

interface Read {
  body: Uint8Array;
  decoded: Decoded;
  isRepeatable: boolean;
  isAsSent?: boolean;
}

/** Telemetry: events, OTLP, remote write. */
export const ingestRoutes =
  (dependencies: IngestDependencies): Routes =>
  (app, shell) => {
    const { inFlight } = shell;
    const takeIn = takeInBy(dependencies, shell);

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
          return { body, decoded: await signal.decode(body, encoding, options), isRepeatable: true };
        });
        return otlpResponse(signal, byMediaType(request, OTLP_ENCODINGS), decoded);
      });
    }

    app.post('/api/v1/write', async ({ req: { raw: request } }) => {
      const { decoded } = await takeIn(request, '/api/v1/write', async (options) => {
        checkRemoteWrite(request);
        const body = await readBody(request, inFlight, { isPacked: true });
        const { decodeRemoteWrite } = await import('../../core/telemetry/remoteWrite/decode.ts');
        return { body, decoded: decodeRemoteWrite(body, options), isRepeatable: true };
      });
      const { length } = decoded.rejected;
      return respond(204, undefined, undefined, length > 0 ? { 'X-Modelmeter-Rejected': String(length) } : {});
    });
  };

/** Takes one body in: who sends it, room for it, its content, and the batch that is kept of it. */
const takeInBy =
  ({ ingest, door, isOverloaded }: IngestDependencies, { principalOf, inFlight, now }: Shell) =>
  async (
    request: Request,
    path: string,
    read: (options: DoorOptions) => Promise<Read>,
  ): Promise<{ receipt: Receipt; decoded: Decoded }> => {
    const principal = await principalOf(request);
    noParams(request);
    const key = idempotencyKey(request);
    if (isOverloaded?.())
      throw new HttpError(503, 'Too much waits', 'too much waits to be rolled up: send again in a few seconds', {
        'Retry-After': OVERLOADED_RETRY_S,
      });
    inFlight.enter(request, declaredBytes(request));
    try {
      const receivedAt = now();
      const setup = typeof door === 'function' ? await door() : door;
      const { body, decoded, isRepeatable, isAsSent } = await read({
        ...setup,
        teams: principal.teams,
        nowMs: receivedAt,
      });
      const fingerprint = fingerprintOf(body);
      const id = batchId({ principal, path, key, fingerprint, isRepeatable });
      const asSent = isAsSent ? body : undefined;
      return { receipt: await ingest(principal, { decoded, receivedAt, id, fingerprint, asSent }), decoded };
    } finally {
      inFlight.leave(request);
    }
  };

/** Imports bring their own dates, however old. */
const isImport = (request: Request): boolean => request.headers.get('modelmeter-import') === 'true';

/** Remote write 2.0 is another message under the same media type: a sender that is refused with 415 falls back to 1.0. */
const checkRemoteWrite = (request: Request): void => {
  byMediaType(request, { [PROTOBUF]: true, '': true });
  if (/proto\s*=\s*"?io\.prometheus\.write\.v2/.test(request.headers.get('content-type') ?? ''))
    throw new AppError('unsupportedMedia', 'remote write 2.0 is not taken: send 1.0 (prometheus.WriteRequest)');
};
