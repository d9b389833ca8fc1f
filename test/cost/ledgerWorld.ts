import type { Basis, CostEntry } from '../../core/cost/entry.ts';
import type { LedgerReader } from '../../core/cost/reading.ts';
import { byDay } from './syntheticLedger.ts';

/** A ledger of these hourly entries, whatever the basis. */
export const ledgerOf = (hourly: readonly CostEntry[], only?: Basis): LedgerReader => {
  const daily = byDay(hourly);
  return {
    entries: async ({ basis, fromMs, toMs, grain }) =>
      only !== undefined && basis !== only
        ? []
        : { client: hourly, hour: bare(hourly), day: bare(daily) }[grain].filter(
            ({ startMs }) => startMs >= fromMs && startMs < toMs,
          ),
  };
};

const bare = (entries: readonly CostEntry[]): CostEntry[] =>
  entries.map((entry) => {
    const { client: _, ...labels } = entry.labels;
    return { ...entry, labels };
  });
