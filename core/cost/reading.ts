import { isBound, isTheirs } from '../access/teams.ts';
import type { Principal } from '../ports.ts';
import { DAY } from '../telemetry/families.ts';
import type { Basis, CostEntry } from './entry.ts';

/** What analysis reads of the ledger. */
export interface LedgerReader {
  /**
   * Entries that start in [fromMs, toMs), in any order, of one basis, by the hour or by the day (UTC). Hours and days of the same
   * time are the same dollars. [] where the ledger knows nothing.
   */
  entries(query: { basis: Basis; fromMs: number; toMs: number; grain: 'hour' | 'day' }): Promise<CostEntry[]>;
}

/** Days whose hours are read where both grains would do: older ones are many and read by the day. */
const HOURLY_DAYS = 12;

/**
 * What a caller may see of a ledger: entries of its teams, in US dollars; other currencies are neither added up nor hidden in a sum.
 *
 * @param principal undefined = a scan, which sees everything
 */
export const readerFor = (ledger: LedgerReader, principal?: Principal) => {
  const isSeen = ({ labels, currency }: CostEntry): boolean =>
    (currency === undefined || currency === 'USD') &&
    (!principal || !isBound(principal) || isTheirs(principal, labels.team));
  const entries: LedgerReader['entries'] = async (query) =>
    query.fromMs < query.toMs ? (await ledger.entries(query)).filter(isSeen) : [];
  return {
    entries,
    /** Entries of a range whose ends are hours: by the day in the middle, by the hour where days are cut and lately. */
    async mixed({ basis, fromMs, toMs }: { basis: Basis; fromMs: number; toMs: number }): Promise<CostEntry[]> {
      const wholeMs = Math.ceil(fromMs / DAY) * DAY;
      const latelyMs = Math.max(wholeMs, Math.floor(toMs / DAY) * DAY - HOURLY_DAYS * DAY);
      if (latelyMs >= toMs) return entries({ basis, fromMs, toMs, grain: 'hour' });
      const parts = await Promise.all([
        entries({ basis, fromMs, toMs: wholeMs, grain: 'hour' }),
        entries({ basis, fromMs: wholeMs, toMs: latelyMs, grain: 'day' }),
        entries({ basis, fromMs: latelyMs, toMs, grain: 'hour' }),
      ]);
      return parts.flat();
    },
  };
};

export type CostReader = ReturnType<typeof readerFor>;
