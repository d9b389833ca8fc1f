import { AppError } from '../../core/errors.ts';

/** The media type of a request's body, lower case, without parameters; '' when it names none. */
export const mediaType = (request: Request): string =>
  (request.headers.get('content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase();

/**
 * What a table of media types says about a request.
 *
 * @throws AppError unsupportedMedia that names the types of the table
 */
export const byMediaType = <T>(request: Request, table: Readonly<Record<string, T>>): T => {
  const type = mediaType(request);
  if (Object.hasOwn(table, type)) return table[type]!;
  const known = Object.keys(table).filter((name) => name !== '');
  throw new AppError(
    'unsupportedMedia',
    `Content-Type ${type === '' ? 'is missing' : `${type.slice(0, 100)} is not taken`}: send ${known.join(' or ')}`,
  );
};
