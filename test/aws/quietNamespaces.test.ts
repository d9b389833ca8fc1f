import { describe, expect, it } from 'vitest';
import { quietNamespaces } from '../../adapters/aws/quietNamespaces.ts';
import type { ProviderSeries } from '../../core/sources/cloudWatch/types.ts';

const MINUTE = 60_000;

describe('namespaces that nothing is found in', () => {
  const world = () => {
    const asked: string[] = [];
    const active = new Map<string, ProviderSeries[]>();
    let nowMs = 0;
    const metrics = quietNamespaces(
      {
        recentlyActive: async (namespace) => {
          asked.push(namespace);
          return { series: active.get(namespace) ?? [], isAll: true };
        },
        read: async () => ({ points: [], failed: 0 }),
      },
      { restMs: (namespace) => (namespace === 'eager' ? 0 : 15 * MINUTE), now: () => nowMs },
    );
    const list = async (namespace: string, atMin: number) => {
      nowMs = atMin * MINUTE;
      return (await metrics.recentlyActive(namespace, 10)).series.length;
    };
    return { asked, active, list };
  };
  const one = [{ namespace: 'quiet', metric: 'Invocations', dimensions: {} }];

  it('are left alone for their time, then asked for again', async () => {
    const { asked, active, list } = world();

    const before = [await list('quiet', 0), await list('quiet', 5)];
    active.set('quiet', one);
    const after = [await list('quiet', 10), await list('quiet', 15), await list('quiet', 16)];

    expect([before, after]).toEqual([
      [0, 0],
      [0, 1, 1],
    ]);
    expect(asked).toHaveLength(3);
  });

  it('are asked for each time where that is wanted, one without regard to the other', async () => {
    const { asked, list } = world();

    for (const atMin of [0, 1, 2]) await list('eager', atMin);
    await list('quiet', 3);

    expect(asked).toEqual(['eager', 'eager', 'eager', 'quiet']);
  });
});
