import type { ProviderMetrics } from '../../core/sources/cloudWatch/port.ts';

/**
 * Does not ask again at once after a namespace that nothing was found in: each question costs, and most accounts use few of
 * the services there are. What is found is asked for each time.
 *
 * @param of.restMs for how long an empty namespace is left alone, milliseconds; 0 = it is asked for each time
 */
export const quietNamespaces = (
  metrics: ProviderMetrics,
  of: { restMs: (namespace: string) => number; now: () => number },
): ProviderMetrics => {
  const emptySinceMs = new Map<string, number>();
  return {
    ...metrics,
    async recentlyActive(namespace, max) {
      const nowMs = of.now();
      const sinceMs = emptySinceMs.get(namespace) ?? Number.NEGATIVE_INFINITY;
      if (nowMs - sinceMs < of.restMs(namespace)) return { series: [], isAll: true };
      const found = await metrics.recentlyActive(namespace, max);
      if (found.series.length === 0) emptySinceMs.set(namespace, nowMs);
      else emptySinceMs.delete(namespace);
      return found;
    },
  };
};
