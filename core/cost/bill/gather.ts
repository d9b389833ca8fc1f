import type { Compression } from '../../ports.ts';
import { DAY } from '../../telemetry/families.ts';
import { type DayLines, dayLines } from './dayLines.ts';
import type { BillLine } from './line.ts';
import { addTotals, type BillManifest, type Totals } from './store.ts';
import { dayOf } from './values.ts';

/** Room beside memory, gone after the import. */
export interface BillScratch {
  append(name: string, bytes: Uint8Array): Promise<void>;
  /** All that was appended under a name, in order; [] = nothing was. */
  read(name: string): Promise<Uint8Array[]>;
}

export type BillOf = Pick<BillManifest, 'provider' | 'billingAccount' | 'billingPeriod'>;

/** One bill as it comes out of the files, day by day. */
export interface GatheredBill {
  bill: BillOf;
  days: Map<string, GatheredDay>;
}

export interface GatheredDay {
  rows: number;
  totals: Totals;
  /** Made whole only when it is asked for, and forgotten then: all days of a large bill are more than fits into memory. */
  take(): Promise<DayLines>;
}

/** What is held in memory of lines, over all days. */
const MOST_BYTES = 48 * 2 ** 20;

interface OpenDay extends GatheredDay {
  name: string;
  lines: DayLines;
}

interface OpenBill extends GatheredBill {
  days: Map<string, OpenDay>;
  byStart: Map<number, OpenDay>;
}

/** Takes the lines of bills in any order and gives them back by bill and day. */
export const gatherBills = ({ compression, scratch }: { compression: Compression; scratch: BillScratch }) => {
  const bills = new Map<string, OpenBill>();
  /** Of the line before: the rows of a file are mostly of few bills. */
  let last: OpenBill | undefined;
  let held = 0;
  let names = 0;

  const openDay = (): OpenDay => {
    const name = String(names++);
    const day: OpenDay = {
      name,
      rows: 0,
      totals: {},
      lines: dayLines(),
      async take() {
        const { lines } = day;
        day.lines = dayLines();
        const aside = await scratch.read(name);
        if (aside.length === 0) return lines;
        const whole = dayLines();
        for (const bytes of aside) whole.merge(compression.decompress(bytes));
        if (lines.size() > 0) whole.merge(lines.bytes(false));
        return whole;
      },
    };
    return day;
  };

  const openBill = ({ provider, billingAccount, billingPeriod }: BillOf): OpenBill => {
    const isLast =
      last?.bill.billingPeriod === billingPeriod &&
      last.bill.provider === provider &&
      last.bill.billingAccount === billingAccount;
    if (isLast) return last!;
    const key = `${billingPeriod}\t${provider}\t${billingAccount ?? ''}`;
    const bill = { provider, billingPeriod, ...(billingAccount !== undefined && { billingAccount }) };
    last = bills.get(key) ?? { bill, days: new Map(), byStart: new Map() };
    bills.set(key, last);
    return last;
  };

  return {
    add(line: BillLine, kind?: object): void {
      const found = openBill(line);
      const start = Math.floor(line.startMs / DAY);
      let day = found.byStart.get(start);
      if (day === undefined) {
        day = openDay();
        found.byStart.set(start, day);
        found.days.set(dayOf(line.startMs), day);
      }
      day.rows++;
      day.totals[line.currency] ??= { billed: 0, effective: 0 };
      const sum = day.totals[line.currency]!;
      sum.billed += line.billedCost;
      sum.effective += line.effectiveCost;
      const before = day.lines.held();
      day.lines.add(line, kind);
      held += day.lines.held() - before;
    },

    /** Call it now and then: moves lines out of memory when there are many. */
    async settle(): Promise<void> {
      if (held < MOST_BYTES) return;
      held = 0;
      for (const { days } of bills.values())
        for (const day of days.values()) {
          if (day.lines.size() === 0) continue;
          await scratch.append(day.name, compression.compress(day.lines.bytes(false)));
          day.lines = dayLines();
        }
    },

    bills: (): GatheredBill[] => [...bills.values()],
  };
};

export const gatheredTotals = ({ days }: GatheredBill): Totals =>
  [...days.values()].reduce<Totals>((sum, { totals }) => addTotals(sum, totals), {});
