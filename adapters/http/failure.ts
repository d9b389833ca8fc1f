import { randomUUID } from 'node:crypto';
import { AppError, type ErrorCode, type Problem } from '../../core/errors.ts';

/** How an error code is answered: HTTP status, the title of its problem, and its google.rpc code (OTLP over protobuf). */
const CODES: Record<ErrorCode, { status: number; title: string; rpcCode: number; retryAfterS?: number }> = {
  invalidInput: { status: 400, title: 'The request cannot be understood', rpcCode: 3 },
  notFound: { status: 404, title: 'There is no such thing', rpcCode: 5 },
  conflict: { status: 409, title: 'It was changed meanwhile', rpcCode: 10 },
  tooLarge: { status: 413, title: 'The request is too large', rpcCode: 3 },
  unsupportedMedia: { status: 415, title: 'This type or encoding of body is not taken', rpcCode: 3 },
  keyReused: { status: 422, title: 'The Idempotency-Key was used for another request', rpcCode: 9 },
  forbidden: { status: 403, title: 'Not allowed', rpcCode: 7 },
  overloaded: { status: 429, title: 'Too much at once', rpcCode: 14, retryAfterS: 1 },
  storageFull: { status: 503, title: 'The disk is full', rpcCode: 14, retryAfterS: 60 },
  storageFailed: { status: 503, title: 'The storage does not answer', rpcCode: 14, retryAfterS: 5 },
};

/** Problems listed in one answer; their number is always told. */
export const MAX_LISTED = 100;

/** A request that HTTP itself refuses, before any use case: path, method, credentials. */
export class HttpError extends Error {
  readonly status: number;
  readonly title: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, title: string, detail: string, headers: Readonly<Record<string, string>> = {}) {
    super(detail);
    this.status = status;
    this.title = title;
    this.headers = headers;
  }
}

/** An error as it is answered. */
export interface Failure {
  status: number;
  rpcCode: number;
  headers: Record<string, string>;
  problem: {
    type: string;
    title: string;
    status: number;
    detail: string;
    errors?: readonly Problem[];
    errorCount?: number;
  };
}

type Log = (message: string, fields: Record<string, unknown>) => void;

/** What to answer for an error. Whatever is neither AppError nor HttpError is a bug: it is logged, and told by its id alone. */
export const failureOf = (error: unknown, log: Log): Failure => {
  if (error instanceof AppError) return appFailure(error, log);
  if (error instanceof HttpError) {
    const { status, title, headers, message: detail } = error;
    const rpcCode = status === 401 ? 16 : status === 503 ? 14 : 12;
    return { status, rpcCode, headers: { ...headers }, problem: { type: 'about:blank', title, status, detail } };
  }
  const id = randomUUID();
  log('a request met a bug', { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  const detail = `This is our mistake, not yours. It is in the log under ${id}.`;
  return {
    status: 500,
    rpcCode: 13,
    headers: {},
    problem: { type: 'urn:modelmeter:error:bug', title: 'Something broke', status: 500, detail },
  };
};

const appFailure = (error: AppError, log: Log): Failure => {
  const { code, problems, cause } = error;
  const known = CODES[code];
  const { title, rpcCode } = known;
  // What has a cause is too busy itself; what has none refuses this caller.
  const status = code === 'overloaded' && cause !== undefined ? 503 : known.status;
  const wait = error.retryAfterS ?? known.retryAfterS;
  if (status >= 500) log(error.message, { code, cause });
  // The message of such a failure holds what another program said, which is for the log alone.
  const detail = status >= 500 && cause !== undefined ? (DETAILS[code] ?? error.message) : error.message;
  return {
    status,
    rpcCode,
    headers: wait === undefined ? {} : { 'Retry-After': String(Math.ceil(wait)) },
    problem: {
      type: `urn:modelmeter:error:${code}`,
      title,
      status,
      detail,
      ...(problems.length > 0 && { errors: problems.slice(0, MAX_LISTED), errorCount: problems.length }),
    },
  };
};

const DETAILS: Partial<Record<ErrorCode, string>> = {
  overloaded: 'what keeps the data is too busy at the moment: send again in a few seconds',
  storageFailed: 'what keeps the data failed, and our log says why: send again in a few seconds',
};
