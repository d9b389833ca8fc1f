import { isBound, isTheirs } from '../access/teams.ts';
import type { Principal } from '../ports.ts';
import { DAY } from '../telemetry/families.ts';
import type { Basis, CostEntry } from './entry.ts';
import type { LedgerRange } from './ledger/ledger.ts';
import type { Scope } from './scope.ts';

/** What analysis reads of the ledger. Bills are of days only; only the grain `client` knows clients. */
export interface LedgerReader {
  /** Entries that start in [fromMs, toMs). [] where the ledger knows nothing. */
  entries(query: LedgerRange): Promise<CostEntry[]>;
}

/** Days whose hours are read where both grains would do: older ones are many and read by the day. */
const HOURLY_DAYS = 12;
/** Hours with their clients are the most there is to read. */
export const MOST_CLIENT_DAYS = 35;

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
    /**
     * Entries of a range whose ends are hours: by the day in the middle, by the hour where days are cut and lately; of a bill, which
     * has days only, those that start in the range. Where the scope names a client all of it is hours.
     */
    async mixed({ basis, fromMs, toMs, scope = {} }: { basis: Basis; fromMs: number; toMs: number; scope?: Scope }) {
      if (basis === 'billed') return entries({ basis, fromMs, toMs, grain: 'day' });
      if (scope.client !== undefined) return entries({ basis, fromMs, toMs, grain: 'client' });
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
    /** Entries to make a daily series of, of at most `days` whole days before `toMs`: fewer where the scope names a client. */
    async history({ basis, days, toMs, scope = {} }: { basis: Basis; days: number; toMs: number; scope?: Scope }) {
      const isOfClient = scope.client !== undefined && basis === 'estimated';
      const fromMs = toMs - (isOfClient ? Math.min(days, MOST_CLIENT_DAYS) : days) * DAY;
      return { fromMs, entries: await entries({ basis, fromMs, toMs, grain: isOfClient ? 'client' : 'day' }) };
    },
  };
};

export type CostReader = ReturnType<typeof readerFor>;
