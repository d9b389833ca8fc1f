import { AppError } from '../../core/errors.ts';

/** What the command line answers to the shell: bad input is told apart from a world that failed. */
export const EXIT = { ok: 0, failed: 1, badInput: 2 } as const;

/** Something that the person at the terminal can put right. The message says what was wrong, the value seen and what to do. */
export class Failure extends Error {
  readonly exitCode: 1 | 2;

  constructor(message: string, options: { exitCode?: 1 | 2; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'Failure';
    this.exitCode = options.exitCode ?? EXIT.failed;
  }
}

export const badInput = (message: string, cause?: unknown): Failure =>
  new Failure(message, { exitCode: EXIT.badInput, cause });

/** Says on stderr what went wrong, in one line, and answers the exit code. MODELMETER_DEBUG=1 adds the stack. */
export const tell = (error: unknown): number => {
  const isExpected = error instanceof Failure || error instanceof AppError;
  const message = error instanceof Error ? error.message : String(error);
  const isDebug = process.env.MODELMETER_DEBUG === '1';
  const hint = isExpected || isDebug ? '' : ' (MODELMETER_DEBUG=1 shows where)';
  process.stderr.write(`modelmeter: ${message}${hint}\n`);
  if (isDebug) console.error(error);
  if (error instanceof Failure) return error.exitCode;
  return error instanceof AppError && error.code === 'invalidInput' ? EXIT.badInput : EXIT.failed;
};
