import { providerOf } from './billedEntries.ts';
import type { BillManifest } from './store.ts';

type Bill = Pick<BillManifest, 'provider' | 'billingPeriod' | 'format'>;

/** Months, YYYY-MM, of which AWS's own files (CUR, FOCUS) were imported. */
export const monthsWithFiles = (bills: readonly Bill[]): Set<string> =>
  new Set(
    bills
      .filter(({ provider, format }) => format !== 'costExplorer' && providerOf(provider) === 'aws')
      .map(({ billingPeriod }) => billingPeriod),
  );

/** The bills that count: both of a month would be the same money twice, and files know more than Cost Explorer. */
export const countingBills = <T extends Bill>(bills: readonly T[]): T[] => {
  const known = monthsWithFiles(bills);
  return bills.filter(({ format, billingPeriod }) => format !== 'costExplorer' || !known.has(billingPeriod));
};
