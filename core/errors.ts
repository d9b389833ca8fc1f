/** Codes are contract (tested, documented); messages are for people. HTTP status codes belong to adapters/http alone. */
export type ErrorCode =
  | 'invalidInput' // what was sent cannot be understood or is out of range
  | 'notFound'
  | 'conflict' // it is there already, or was changed meanwhile: read it again
  | 'tooLarge' // body, inflated body or number of items over its bound
  | 'unsupportedMedia' // content type or content encoding that is not taken
  | 'keyReused' // the same Idempotency-Key came with another body
  | 'forbidden' // Host, Origin or credentials
  | 'overloaded' // try again later
  | 'storageFull' // the disk takes no more; nothing was acknowledged
  | 'storageFailed';

/** One thing that is wrong with what was sent. `path` is a JSON pointer-like path of the field, '' for the whole. */
export interface Problem {
  index?: number;
  path: string;
  message: string;
}

/**
 * A failure with a code. `detail` says what was wrong, the value seen and what to do; `problems` names fields;
 * `retryAfterS` is set when waiting helps.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly problems: readonly Problem[];
  readonly retryAfterS: number | undefined;

  constructor(
    code: ErrorCode,
    detail: string,
    options: { cause?: unknown; problems?: readonly Problem[]; retryAfterS?: number } = {},
  ) {
    super(detail, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.problems = options.problems ?? [];
    this.retryAfterS = options.retryAfterS;
  }
}
