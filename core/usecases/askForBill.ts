import * as z from 'zod';
import type { BilledOptions } from '../cost/bill/billedEntries.ts';
import { monthsWithFiles } from '../cost/bill/counting.ts';
import { gatherBills } from '../cost/bill/gather.ts';
import type { BillLine } from '../cost/bill/line.ts';
import { replaceBills } from '../cost/bill/replace.ts';
import { type BillPorts, listBills } from '../cost/bill/store.ts';
import type { Ledger } from '../cost/ledger/ledger.ts';
import { AppError } from '../errors.ts';
import type { DocumentStore, PaidBill } from '../ports.ts';
import { DAY } from '../telemetry/families.ts';
import { fromUtf8, toUtf8 } from '../utf8.ts';
import { billToLedger } from './billToLedger.ts';

interface Ports extends BillPorts {
  bill: PaidBill;
  ledger: Pick<Ledger, 'replaceMonth'>;
}

/** AWS closes a month some days into the next: until then it is asked for too. */
const CLOSING_DAYS = 7;
const LONGEST_STRETCH_DAYS = 62;
const MAX_TRIES = 8;
const STATE_KEY = 'costExplorer/state';

const State = z.object({
  /** The day (UTC) on which everything was last asked for. */
  doneOn: z.string().optional(),
  /** The day that is asked for first, where the last run was cut off. */
  nextDay: z.string().optional(),
  /** Days that are asked for at once: half as many after a stretch that took more pages than there were. */
  stretchDays: z.int().min(1).default(LONGEST_STRETCH_DAYS),
});
type State = z.infer<typeof State>;

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const dayMsOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);

export interface BillAsked {
  /** Paid for by this run. */
  pages: number;
  /** That were renewed. */
  days: number;
  /** Months of the billed ledger that changed. */
  months: string[];
  /** The pages of the day did not do: the rest comes tomorrow, what was cut in two from its beginning. */
  isCut: boolean;
}

/**
 * Renews the billed ledger of this month, and of the last while it may still change, up to yesterday. Months of which files were
 * imported are not asked for. What a run got whole is kept, however it ends; a second run of the day asks only for what is missing.
 *
 * @param options.pagesPerDay paid for at most in a day (UTC), all runs together, failed requests included
 */
export const askForBill =
  ({ bill, ledger, ...ports }: Ports, options: { pagesPerDay: number; billed: BilledOptions }) =>
  async (nowMs: number): Promise<BillAsked> => {
    const { documents } = ports;
    const state = await readState(documents);
    if (state.doneOn === dayOf(nowMs)) return { pages: 0, days: 0, months: [], isCut: false };
    const known = monthsWithFiles(await listBills(ports));
    const wanted = wantedDays(nowMs).filter((day) => !known.has(day.slice(0, 7)));
    const pay = counter(documents, { ...options, nowMs });
    const found: BillLine[] = [];
    const done = new Set<string>();
    let failure: unknown;
    let cutAt: string | undefined;
    let isTooLong = false;
    for (const stretch of stretchesOf(wanted, state)) {
      const asked = await askFor(bill, stretch, pay).catch((error: unknown) => {
        failure = error;
        return { lines: undefined, pages: 0 };
      });
      if (asked.lines === undefined) {
        cutAt = stretch[0];
        isTooLong = asked.pages > 0 && asked.pages >= options.pagesPerDay;
        break;
      }
      found.push(...asked.lines);
      for (const day of stretch) done.add(day);
    }
    const months = await keep({ ...ports, ledger }, { lines: found, billed: options.billed, nowMs });
    await writeState(documents, {
      stretchDays: isTooLong ? Math.max(1, Math.floor(state.stretchDays / 2)) : state.stretchDays,
      ...(cutAt === undefined ? { doneOn: dayOf(nowMs) } : { nextDay: cutAt }),
    });
    if (failure !== undefined) throw failure;
    return { pages: pay.paid(), days: done.size, months, isCut: cutAt !== undefined };
  };

/** From the beginning of the month, or of the last one in the first days of a month, to yesterday; oldest first. */
const wantedDays = (nowMs: number): string[] => {
  const now = new Date(nowMs);
  const isClosing = now.getUTCDate() <= CLOSING_DAYS;
  const firstMs = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - (isClosing ? 1 : 0), 1);
  const days: string[] = [];
  for (let ms = firstMs; ms < Math.floor(nowMs / DAY) * DAY; ms += DAY) days.push(dayOf(ms));
  return days;
};

/** Days one after another, beginning with the one that the last run was cut at, then those before it. */
const stretchesOf = (wanted: readonly string[], { nextDay, stretchDays }: State): string[][] => {
  const at = nextDay === undefined ? 0 : Math.max(0, wanted.indexOf(nextDay));
  const stretches: string[][] = [];
  for (const day of [...wanted.slice(at), ...wanted.slice(0, at)]) {
    const last = stretches.at(-1);
    const follows = last !== undefined && dayMsOf(last.at(-1)!) + DAY === dayMsOf(day);
    if (follows && last.length < stretchDays) last.push(day);
    else stretches.push([day]);
  }
  return stretches;
};

/** All pages of some days; lines undefined = there were not enough pages left, and what came is no use: pages have no order. */
const askFor = async (bill: PaidBill, stretch: readonly string[], pay: { next(): Promise<boolean> }) => {
  const range = { fromMs: dayMsOf(stretch[0]!), toMs: dayMsOf(stretch.at(-1)!) + DAY };
  const lines: BillLine[] = [];
  let token: string | undefined;
  let pages = 0;
  do {
    if (!(await pay.next())) return { lines: undefined, pages };
    const page = await bill.page({ ...range, ...(token !== undefined && { token }) });
    pages++;
    lines.push(...page.lines);
    token = page.token;
  } while (token !== undefined);
  return { lines, pages };
};

const Pages = z.record(z.string(), z.int().nonnegative());

/** Counts pages by day before they are asked for, in one document a month, so that no restart and no second run forgets one. */
const counter = (documents: DocumentStore, { pagesPerDay, nowMs }: { pagesPerDay: number; nowMs: number }) => {
  const day = dayOf(nowMs);
  const key = `costExplorer/pages/${day.slice(0, 7)}`;
  let paid = 0;
  return {
    paid: () => paid,
    /** Whether one more may be asked for; it counts then. */
    async next(): Promise<boolean> {
      for (let i = 0; i < MAX_TRIES; i++) {
        const [stored] = await documents.get([key]);
        const pages = stored ? Pages.parse(JSON.parse(fromUtf8(stored.bytes))) : {};
        const before = pages[day] ?? 0;
        if (before >= pagesPerDay) return false;
        if (await documents.put(key, toUtf8(JSON.stringify({ ...pages, [day]: before + 1 })), stored?.version)) {
          paid++;
          return true;
        }
      }
      throw new AppError('overloaded', `${key} was written by others ${MAX_TRIES} times meanwhile; try again`);
    },
  };
};

type Kept = { lines: readonly BillLine[]; billed: BilledOptions; nowMs: number };

/** Puts the days of these lines in place of what there was of them. */
const keep = async ({ ledger, ...ports }: Omit<Ports, 'bill'>, { lines, billed, nowMs }: Kept): Promise<string[]> => {
  if (lines.length === 0) return [];
  // Some hundred lines a day: they fit into memory.
  const gathered = gatherBills({ ...ports, scratch: { append: async () => {}, read: async () => [] } });
  for (const line of lines) gathered.add(line);
  const outcomes = await replaceBills(ports, {
    bills: gathered.bills(),
    format: 'costExplorer',
    mode: 'add',
    files: ['Cost Explorer'],
    nowMs,
  });
  const months = [...new Set(outcomes.flatMap(({ changedMonths }) => changedMonths))].sort();
  return billToLedger({ ...ports, ledger }, billed)(months);
};

const readState = async (documents: DocumentStore): Promise<State> => {
  const [stored] = await documents.get([STATE_KEY]);
  return State.parse(stored ? JSON.parse(fromUtf8(stored.bytes)) : {});
};

const writeState = async (documents: DocumentStore, state: State): Promise<void> => {
  for (let i = 0; i < MAX_TRIES; i++) {
    const [stored] = await documents.get([STATE_KEY]);
    if (await documents.put(STATE_KEY, toUtf8(JSON.stringify(state)), stored?.version)) return;
  }
};
