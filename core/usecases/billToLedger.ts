import { type BilledOptions, billedSum } from '../cost/bill/billedEntries.ts';
import { countingBills } from '../cost/bill/counting.ts';
import { lineKinds } from '../cost/bill/dayLines.ts';
import { type BillPorts, billLines, listBills } from '../cost/bill/store.ts';
import type { CostEntry } from '../cost/entry.ts';
import type { Ledger } from '../cost/ledger/ledger.ts';

interface Ports extends BillPorts {
  ledger: Pick<Ledger, 'replaceMonth'>;
}

/**
 * Makes the billed ledger of these months anew, of all bills there are: after an import, and when attribution or exchange rates
 * changed. Of a month that there are AWS's own files of, Cost Explorer's does not count. A day's lines are of whatever bills they are in; what is billed later for a day of another month counts on that day.
 *
 * @param months YYYY-MM; without it every month that a bill has a day in
 * @returns the months, sorted
 */
export const billToLedger =
  ({ ledger, ...ports }: Ports, options: BilledOptions) =>
  async (months?: readonly string[]): Promise<string[]> => {
    if (months?.length === 0) return [];
    const bills = countingBills(await listBills(ports));
    const days = [...new Set(bills.flatMap((bill) => Object.keys(bill.days)))].sort();
    const wanted = [...new Set(months ?? days.map((day) => day.slice(0, 7)))].sort();
    for (const month of wanted) {
      const sum = billedSum(options);
      const kindOf = lineKinds();
      const entries: CostEntry[] = [];
      for (const day of days.filter((each) => each.startsWith(month))) {
        for await (const line of billLines(ports, day, bills, kindOf)) sum.add(line, line.kind);
        for (const entry of sum.take()) entries.push(entry);
      }
      await ledger.replaceMonth('billed', Date.parse(`${month}-01T00:00:00Z`), entries);
    }
    return wanted;
  };
