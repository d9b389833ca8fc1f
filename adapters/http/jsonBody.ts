import { AppError } from '../../core/errors.ts';
import { declaredBytes, readBody, textOf } from './body.ts';
import type { InFlight } from './inFlight.ts';
import { byMediaType } from './mediaType.ts';

/**
 * The body of a request as JSON, counted among those in flight while `use` works on it.
 *
 * @throws AppError invalidInput, tooLarge, unsupportedMedia or overloaded, as `readBody`; and what `use` throws
 */
export const withJsonBody = async <T>(
  request: Request,
  inFlight: InFlight,
  use: (input: unknown) => Promise<T>,
): Promise<T> => {
  byMediaType(request, { 'application/json': true, '': true });
  inFlight.enter(request, declaredBytes(request));
  try {
    return await use(parseJson(textOf(await readBody(request, inFlight))));
  } finally {
    inFlight.leave(request);
  }
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('invalidInput', `the body is not JSON: ${(cause as Error).message}`, { cause });
  }
};
