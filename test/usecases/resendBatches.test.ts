import { describe, expect, it } from 'vitest';
import { missedLately, resendBatches } from '../../core/usecases/resendBatches.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** The hour that looks at the digits 0 and 1. */
const NOW = Date.UTC(2025, 10, 20, 8);

const kept = (ages: Record<string, number>, applied: readonly string[] = []) => {
  const announced: string[] = [];
  const lists: string[] = [];
  const run = resendBatches({
    log: {
      async *list(prefix) {
        lists.push(prefix);
        for (const [id, ageMs] of Object.entries(ages)) if (id.startsWith(prefix)) yield { id, storedMs: NOW - ageMs };
      },
    },
    rollups: { applied: async (ids) => ids.filter((id) => applied.includes(id)) },
    announce: async (ids) => {
      announced.push(...ids);
    },
  });
  return { run, announced, lists };
};

describe('batches whose word was lost', () => {
  it('are announced again, those that were rolled up are not', async () => {
    const { run, announced } = kept({ '0a': 2 * HOUR, '0b': 2 * HOUR, '1c': 25 * HOUR }, ['0b']);

    expect(await run(missedLately(NOW))).toBe(2);
    expect(announced).toEqual(['0a', '1c']);
  });

  it('are those older than all tries of a message take and younger than 26 hours', async () => {
    const { run, announced } = kept({
      '0a': 75 * MINUTE,
      '0b': 75 * MINUTE + 1,
      '0c': 26 * HOUR,
      '0d': 26 * HOUR + 1,
    });

    await run(missedLately(NOW));

    expect(announced).toEqual(['0b', '0c']);
  });

  it('are all looked at in any eight hours, whichever digit they begin with', async () => {
    const { run, lists } = kept({});

    for (let hour = 3; hour < 11; hour++) await run(missedLately(NOW + hour * HOUR));

    expect([...lists].sort()).toEqual([...'0123456789abcdef']);
  });

  it('are those of any span that somebody asks for, whatever their ids begin with', async () => {
    const { run, announced } = kept({ '0a': 3 * HOUR, f7: 60 * HOUR, f8: 59 * HOUR, f9: 61 * HOUR }, ['f8']);

    expect(await run({ prefixes: [''], fromMs: NOW - 60 * HOUR, toMs: NOW - 3 * HOUR })).toBe(1);
    expect(announced).toEqual(['f7']);
  });

  it('wait for the next hour when there is no time left', async () => {
    const { run, announced } = kept(Object.fromEntries(Array.from({ length: 1200 }, (_, i) => [`0${i}`, 2 * HOUR])));
    let asked = 0;

    expect(await run(missedLately(NOW), () => ++asked > 2)).toBe(1000);
    expect(announced).toHaveLength(1000);
  });
});
