import { AppError } from '../../core/errors.ts';

/** Bodies being taken in at this moment, bounded in bytes and number so that memory is. */
export interface InFlight {
  /** Counts a request in. Throws AppError overloaded when there is no room for it. */
  enter(request: Request, bytes: number): void;
  /** Its body turned out to be larger. Never refuses, but later requests will be. */
  grow(request: Request, bytes: number): void;
  /** Counts it out. Does nothing for one that never entered. */
  leave(request: Request): void;
}

/** Nothing is refused while this many requests or fewer are in flight, however large: one alone always fits. */
const ALWAYS_TAKEN = 1;

export const inFlightOf = ({ maxBytes, maxRequests }: { maxBytes: number; maxRequests: number }): InFlight => {
  const sizes = new Map<Request, number>();
  let total = 0;
  return {
    enter(request, bytes) {
      if (sizes.size >= maxRequests || (sizes.size >= ALWAYS_TAKEN && total + bytes > maxBytes))
        throw new AppError('overloaded', 'more is coming in than can be taken in at a time: send again in a second', {
          retryAfterS: 1,
        });
      sizes.set(request, bytes);
      total += bytes;
    },
    grow(request, bytes) {
      sizes.set(request, (sizes.get(request) ?? 0) + bytes);
      total += bytes;
    },
    leave(request) {
      total -= sizes.get(request) ?? 0;
      sizes.delete(request);
    },
  };
};
