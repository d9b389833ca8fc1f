import * as z from 'zod';
import { AppError } from '../../errors.ts';
import type { Compression, DocumentStore } from '../../ports.ts';
import { fromUtf8, toUtf8 } from '../../utf8.ts';
import { type KeptLine, type KindOf, lineKinds, linesOf } from './dayLines.ts';
import { BILL_SOURCES } from './line.ts';

/**
 * Bills as documents. A bill is what one billing account of one provider owes for one month, whatever format it came in.
 * `bills/{bill}/{YYYY-MM}/manifest` names a document for each day, whose key holds a hash of its content: a bill is replaced by
 * writing its manifest, in one step, and a day that stays as it is is not written again.
 */

const Totals = z.record(z.string(), z.object({ billed: z.number(), effective: z.number() }));
/** By currency. */
export type Totals = z.infer<typeof Totals>;

const Day = z.object({ key: z.string(), lines: z.int(), rows: z.int(), totals: Totals });
export type BillDay = z.infer<typeof Day>;

export const BillManifest = z.object({
  provider: z.string(),
  billingAccount: z.string().optional(),
  billingPeriod: z.string(),
  format: z.enum(BILL_SOURCES),
  /** When what it says last changed, epoch milliseconds. */
  importedMs: z.number(),
  files: z.array(z.string()),
  /** By day, YYYY-MM-DD. */
  days: z.record(z.string(), Day),
});
export type BillManifest = z.infer<typeof BillManifest>;

export interface BillPorts {
  documents: DocumentStore;
  compression: Compression;
  /** The same 64 hexadecimal digits for the same bytes, others for any others. */
  digest: (bytes: Uint8Array) => string;
}

const ROOT = 'bills/';
const READABLE = 40;

/** Where a bill is: its name for people, and a hash where the name alone could be another's. */
export const billFolder = (
  { provider, billingAccount, billingPeriod }: Pick<BillManifest, 'provider' | 'billingAccount' | 'billingPeriod'>,
  digest: BillPorts['digest'],
): string => {
  const name = `${provider}.${billingAccount ?? ''}`;
  const safe = name.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, READABLE);
  const whole = safe === name ? safe : `${safe}.${digest(toUtf8(name)).slice(0, 12)}`;
  return `${ROOT}${whole}/${billingPeriod}/`;
};

export const manifestKey = (folder: string): string => `${folder}manifest`;
/** Different content of a day has a different key. */
export const dayKey = (folder: string, day: string, hash: string): string => `${folder}${day}.${hash.slice(0, 24)}`;

export const manifestBytes = (manifest: BillManifest): Uint8Array => toUtf8(JSON.stringify(manifest));

export const readManifest = (bytes: Uint8Array): BillManifest => BillManifest.parse(JSON.parse(fromUtf8(bytes)));

/** Adds one sum to another, currency by currency. */
export const addTotals = (a: Totals, b: Totals): Totals => {
  const sum: Totals = { ...a };
  for (const [currency, { billed, effective }] of Object.entries(b)) {
    const before = sum[currency] ?? { billed: 0, effective: 0 };
    sum[currency] = { billed: before.billed + billed, effective: before.effective + effective };
  }
  return sum;
};

export const totalsOf = ({ days }: Pick<BillManifest, 'days'>): Totals =>
  Object.values(days).reduce<Totals>((sum, { totals }) => addTotals(sum, totals), {});

/** Every bill there is, by provider, account and month. */
export const listBills = async ({ documents }: Pick<BillPorts, 'documents'>): Promise<BillManifest[]> => {
  const keys = (await documents.list(ROOT)).filter((key) => key.endsWith('/manifest'));
  const stored = await documents.get(keys);
  return stored.flatMap((document) => (document ? [readManifest(document.bytes)] : []));
};

/** A bill that is replaced while it is read is read anew, this often. */
const MAX_TRIES = 5;

/**
 * The lines of one day over all bills. Each bill's are of one state of it.
 *
 * @param day YYYY-MM-DD
 * @param bills as `listBills` answered; those that changed since are looked up again
 * @param kindOf see `linesOf`
 */
export async function* billLines(
  { documents, compression, digest }: BillPorts,
  day: string,
  bills: readonly BillManifest[],
  kindOf: KindOf = lineKinds(),
): AsyncGenerator<KeptLine> {
  for (const bill of bills) {
    let entry = bill.days[day];
    let found: Uint8Array | undefined;
    for (let i = 0; entry !== undefined && found === undefined; i++) {
      if (i === MAX_TRIES)
        throw new AppError('overloaded', `the bill of ${bill.billingPeriod} is being replaced again and again`);
      found = (await documents.get([entry.key]))[0]?.bytes;
      if (found !== undefined) break;
      const [now] = await documents.get([manifestKey(billFolder(bill, digest))]);
      entry = now && readManifest(now.bytes).days[day];
    }
    if (found === undefined) continue;
    const { billingPeriod, billingAccount } = bill;
    const identity = { billingPeriod, ...(billingAccount !== undefined && { billingAccount }) };
    yield* linesOf(compression.decompress(found), Date.parse(`${day}T00:00:00Z`), identity, kindOf);
  }
}
