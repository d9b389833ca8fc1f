import { AppError } from '../../errors.ts';
import type { GatheredBill } from './gather.ts';
import { gatheredTotals } from './gather.ts';
import type { BillSource } from './line.ts';
import type { BillOutcome } from './report.ts';
import {
  type BillDay,
  type BillManifest,
  type BillPorts,
  billFolder,
  dayKey,
  manifestBytes,
  manifestKey,
  readManifest,
  totalsOf,
} from './store.ts';

/**
 * What the files are of a bill that is there already: `whole` = all of it, and refused when they lack days that it has, since
 * those would be lost; `replace` = all of it, even so; `add` = those days of it that they have, the others stay.
 */
export const BILL_MODES = ['whole', 'replace', 'add'] as const;
export type BillMode = (typeof BILL_MODES)[number];

interface Change {
  bills: readonly GatheredBill[];
  format: BillSource;
  mode: BillMode;
  files: readonly string[];
  nowMs: number;
}

interface Known {
  gathered: GatheredBill;
  folder: string;
  before: BillManifest | undefined;
  version: string | undefined;
}

/**
 * Puts bills in place of what there is of them, each in one step for whoever reads.
 *
 * @throws AppError invalidInput when days would be lost, before anything is changed; overloaded when somebody else replaced the
 *   same bill meanwhile
 */
export const replaceBills = async (ports: BillPorts, change: Change): Promise<BillOutcome[]> => {
  const known: Known[] = [];
  for (const gathered of change.bills) {
    const folder = billFolder(gathered.bill, ports.digest);
    const [stored] = await ports.documents.get([manifestKey(folder)]);
    known.push({ gathered, folder, before: stored && readManifest(stored.bytes), version: stored?.version });
  }
  if (change.mode === 'whole') refuseLosses(known);
  const outcomes: BillOutcome[] = [];
  for (const bill of known) outcomes.push(await replaceOne(ports, change, bill));
  return outcomes;
};

const lostDays = ({ gathered, before }: Known): string[] =>
  Object.keys(before?.days ?? {}).filter((day) => !gathered.days.has(day));

const refuseLosses = (known: readonly Known[]): void => {
  const losses = known.flatMap((bill) => {
    const lost = lostDays(bill).sort();
    return lost.length === 0
      ? []
      : [`${nameOf(bill.gathered.bill)} lacks ${lost.length} days that are there (${lost[0]} …)`];
  });
  if (losses.length > 0)
    throw new AppError(
      'invalidInput',
      `nothing was imported, since days would be lost: ${losses.join('; ')}. Say --add when the files hold some days of it ` +
        '(they replace those days), --replace when they are the whole of it, and name all files of one export at once',
    );
};

const nameOf = ({ provider, billingAccount, billingPeriod }: GatheredBill['bill']): string =>
  `${billingPeriod} of ${provider}${billingAccount === undefined ? '' : ` ${billingAccount}`}`;

const replaceOne = async (ports: BillPorts, change: Change, known: Known): Promise<BillOutcome> => {
  const { gathered, folder, before, version } = known;
  const isAdded = change.mode === 'add' && before !== undefined;
  const days: Record<string, BillDay> = isAdded ? { ...before.days } : {};
  for (const [day, content] of gathered.days) {
    const whole = await content.take();
    const bytes = whole.bytes(true);
    const key = dayKey(folder, day, ports.digest(bytes));
    await ports.documents.put(key, ports.compression.compress(bytes), undefined); // false: there it is, the same
    days[day] = { key, lines: whole.size(), rows: content.rows, totals: content.totals };
  }
  const sorted = Object.fromEntries(Object.entries(days).sort(([a], [b]) => (a < b ? -1 : 1)));
  const changed = [...new Set([...Object.keys(sorted), ...Object.keys(before?.days ?? {})])].filter(
    (day) => sorted[day]?.key !== before?.days[day]?.key,
  );
  if (changed.length > 0) {
    const { format, files, nowMs } = change;
    const manifest = { ...gathered.bill, format, importedMs: nowMs, files: [...files], days: sorted };
    if (!(await ports.documents.put(manifestKey(folder), manifestBytes(manifest), version)))
      throw new AppError(
        'overloaded',
        `${nameOf(gathered.bill)} was replaced by somebody else meanwhile: import again`,
      );
  }
  await sweep(ports, folder, sorted);
  return {
    ...gathered.bill,
    kind: before === undefined ? 'new' : changed.length === 0 ? 'unchanged' : isAdded ? 'added' : 'replaced',
    days: gathered.days.size,
    rows: [...gathered.days.values()].reduce((sum, { rows }) => sum + rows, 0),
    totals: gatheredTotals(gathered),
    ...(before && {
      before: { days: Object.keys(before.days).length, rows: rowsOf(before), totals: totalsOf(before) },
    }),
    removedDays: changed.filter((day) => sorted[day] === undefined),
    changedMonths: [...new Set(changed.map((day) => day.slice(0, 7)))].sort(),
  };
};

const rowsOf = ({ days }: BillManifest): number => Object.values(days).reduce((sum, { rows }) => sum + rows, 0);

/** Documents that the manifest does not name: of the bill as it was, and of imports that were cut off. */
const sweep = async (
  { documents }: BillPorts,
  folder: string,
  days: Readonly<Record<string, BillDay>>,
): Promise<void> => {
  const named = new Set([manifestKey(folder), ...Object.values(days).map(({ key }) => key)]);
  for (const key of await documents.list(folder)) if (!named.has(key)) await documents.remove(key);
};
