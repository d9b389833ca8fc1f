import fc from 'fast-check';
import { describe, it } from 'vitest';
import { FOUND_BEFORE, happenings, liveThrough } from './lifetime.ts';
import { LONG_MS, runs, world } from './world.ts';

describe('whatever happens to batches over days', () => {
  it(
    'each event and each point counts once in its day',
    async () => {
      await fc.assert(
        fc.asyncProperty(happenings, (all) => liveThrough(world(), all)),
        { ...runs(20, 300), examples: [[FOUND_BEFORE]] },
      );
    },
    LONG_MS,
  );
});
