/** Tries of one piece of work, the first included. */
export const MAX_TRIES = 6;
/** Longest pause before the second try, milliseconds; twice as long before each further one. */
const FIRST_PAUSE_MS = 40;

/**
 * Does some work again, at most `MAX_TRIES` times, while it fails in a way that may pass. Pauses are drawn at random up to
 * a limit that doubles ("full jitter"), so that those who met once do not meet again.
 *
 * @param mayPass asked about each failure; false lets it out at once
 */
export const retrying = async <T>(work: () => Promise<T>, mayPass: (error: unknown) => boolean): Promise<T> => {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries >= MAX_TRIES || !mayPass(error)) throw error;
      await pause(tries);
    }
  }
};

/** Waits before another try; `tries` have been made. */
export const pause = (tries: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * FIRST_PAUSE_MS * 2 ** (tries - 1)));
