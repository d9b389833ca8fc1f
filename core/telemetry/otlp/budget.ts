import { AppError } from '../../errors.ts';

/**
 * Characters that what is repeated for each item may take in one request: a resource is sent once and kept with each of
 * its spans, labels once and kept with each bucket. So the size of a body does not bound what it becomes.
 */
export const MAX_REPEATED_CHARS = 64_000_000;

/** Counts characters; throws AppError `tooLarge` once there are too many. */
export const repetitionBudget = (): ((chars: number) => void) => {
  let left = MAX_REPEATED_CHARS;
  return (chars) => {
    left -= chars;
    if (left < 0)
      throw new AppError(
        'tooLarge',
        'Attributes repeated for each item of the request are too long; send smaller parts.',
      );
  };
};
