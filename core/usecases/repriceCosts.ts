import { repriced } from '../cost/estimate/reprice.ts';
import { fingerprintOf } from '../cost/fingerprint.ts';
import type { Ledger } from '../cost/ledger/ledger.ts';
import type { DocumentStore } from '../ports.ts';
import { DAY } from '../telemetry/families.ts';
import { fromUtf8, toUtf8 } from '../utf8.ts';
import { type EstimateOptions, lookBackDays } from './estimateCosts.ts';

/** The prices that all days have. */
const PRICED_BY = 'ledger/priced-by';

/**
 * Prices days anew whose telemetry has expired, by the quantities that the ledger keeps, when prices are others than they were
 * made with. Where it is cut off it goes on with the days that are left.
 *
 * @param isEnough asked before each day; true stops early
 * @returns how many days were priced, and how many are left
 */
export const repriceCosts = (
  { ledger, documents }: { ledger: Ledger; documents: DocumentStore },
  options: Pick<EstimateOptions, 'prices' | 'agreed' | 'retention'>,
) => {
  const version = `priced ${fingerprintOf(JSON.stringify([[...options.prices.list()], options.agreed]))}`;
  return async (nowMs: number, isEnough: () => boolean = () => false): Promise<{ days: number; left: number }> => {
    const [known] = await documents.get([PRICED_BY]);
    if (known && fromUtf8(known.bytes) === version) return { days: 0, left: 0 };
    const firstKeptMs = (Math.floor(nowMs / DAY) - lookBackDays(options.retention)) * DAY;
    const days = (await ledger.days('estimated')).filter((dayMs) => dayMs < firstKeptMs);
    const before = await ledger.fingerprints('estimated', days);
    const due = days.filter((_, i) => before[i] !== version);
    for (const [i, dayMs] of due.entries()) {
      if (isEnough()) return { days: i, left: due.length - i };
      const hours = { basis: 'estimated', fromMs: dayMs, toMs: dayMs + DAY } as const;
      const entries = await ledger.entries({ ...hours, grain: 'client' });
      await ledger.replaceHours({ ...hours, fingerprint: version }, repriced(entries, options.prices));
    }
    await documents.put(PRICED_BY, toUtf8(version), known?.version);
    return { days: due.length, left: 0 };
  };
};
