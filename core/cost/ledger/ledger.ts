import { AppError } from '../../errors.ts';
import type { Compression, DocumentStore } from '../../ports.ts';
import { DAY } from '../../telemetry/families.ts';
import type { Basis, CostEntry } from '../entry.ts';
import { decodeTable, encodeTable, entriesOf, type LedgerTable, tableOf } from './table.ts';

/**
 * How the ledger is kept: `client` has entries of hours with their clients, a document a day; `hour` the same without
 * clients; `day` those summed to days, a document a month. What a question does not need it does not read.
 */
export const GRAINS = ['hour', 'day', 'client'] as const;
export type Grain = (typeof GRAINS)[number];

export interface LedgerPorts {
  documents: DocumentStore;
  compression: Compression;
}

export interface LedgerRange {
  basis: Basis;
  grain: Grain;
  fromMs: number;
  /** Not included. */
  toMs: number;
}

/** Writers of one document that meet try again; more than this at once is something else. */
const MAX_TRIES = 8;

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const monthOf = (ms: number): string => dayOf(ms).slice(0, 7);
const keyOf = (basis: Basis, grain: Grain, ms: number): string =>
  `ledger/${basis}/${grain}/${grain === 'day' ? monthOf(ms) : dayOf(ms)}`;

/** The ledger: what everything cost, estimated and billed, for ever. */
export const ledger = ({ documents, compression }: LedgerPorts) => {
  const unpack = (bytes: Uint8Array): LedgerTable => decodeTable(compression.decompress(bytes));

  /** Reads a document, makes another of it, and writes that, until nobody else wrote meanwhile. */
  const change = async (key: string, make: (before: LedgerTable | undefined) => LedgerTable): Promise<void> => {
    for (let i = 0; i < MAX_TRIES; i++) {
      const [stored] = await documents.get([key]);
      const before = stored && compression.decompress(stored.bytes);
      const after = encodeTable(make(before && decodeTable(before)));
      // Most minutes change nothing, and a write is what is paid for.
      if (before && isSame(before, after)) return;
      if (await documents.put(key, compression.compress(after), stored?.version)) return;
    }
    throw new AppError('overloaded', `${key} was written by others ${MAX_TRIES} times meanwhile; try again`);
  };

  const tables = async (query: LedgerRange): Promise<LedgerTable[]> => {
    const keys = new Set<string>();
    for (let ms = Math.floor(query.fromMs / DAY) * DAY; ms < query.toMs; ms += DAY)
      keys.add(keyOf(query.basis, query.grain, ms));
    const stored = await documents.get([...keys]);
    return stored.flatMap((document) => (document ? [unpack(document.bytes)] : []));
  };

  return {
    /** The tables that hold a range, each of a whole day or month: rows out of the range are among them. */
    tables,

    /** The entries whose start is in the range, in order of time within each document. */
    async entries(query: LedgerRange): Promise<CostEntry[]> {
      const found: CostEntry[] = [];
      for (const table of await tables(query))
        for (const entry of entriesOf(table))
          if (entry.startMs >= query.fromMs && entry.startMs < query.toMs) found.push(entry);
      return found;
    },

    /** What the entries of each of these days were made from; undefined = the day has none yet. */
    async fingerprints(basis: Basis, days: readonly number[]): Promise<(string | undefined)[]> {
      const stored = await documents.get(days.map((dayMs) => keyOf(basis, 'hour', dayMs)));
      return stored.map((document) => document && unpack(document.bytes).fingerprint);
    },

    /**
     * Replaces the entries of the hours [fromMs, toMs) of one day by these, and what is summed from them. A crash in between
     * leaves the day's fingerprint as it was, so that the day is made again.
     *
     * @param hours.fingerprint of what the whole day is made from; absent = it stays as it was
     * @param entries of those hours, with clients
     */
    async replaceHours(
      hours: { basis: Basis; fromMs: number; toMs: number; fingerprint?: string },
      entries: readonly CostEntry[],
    ): Promise<void> {
      const { basis, fromMs, toMs } = hours;
      const dayMs = Math.floor(fromMs / DAY) * DAY;
      const isOther = ({ startMs }: CostEntry) => startMs < fromMs || startMs >= toMs;
      let ofDay: CostEntry[] = [];
      await change(keyOf(basis, 'client', dayMs), (before) => {
        ofDay = [...(before ? entriesOf(before) : [])].filter(isOther).concat(entries);
        return tableOf(ofDay);
      });
      const bare = ofDay.map(withoutClient);
      await change(keyOf(basis, 'day', dayMs), (before) => {
        const others = [...(before ? entriesOf(before) : [])].filter(({ startMs }) => startMs !== dayMs);
        return tableOf([...others, ...bare.map((entry) => ({ ...entry, startMs: dayMs }))], '');
      });
      await change(keyOf(basis, 'hour', dayMs), (before) =>
        tableOf(bare, hours.fingerprint ?? before?.fingerprint ?? ''),
      );
    },

    /** The days (UTC, epoch milliseconds) that have entries by the hour, oldest first. */
    async days(basis: Basis): Promise<number[]> {
      const prefix = `ledger/${basis}/client/`;
      return (await documents.list(prefix)).map((key) => Date.parse(`${key.slice(prefix.length)}T00:00:00Z`));
    },

    /** Replaces all days of a month (UTC): what bills say. @param entries of whole days of that month */
    async replaceMonth(basis: Basis, monthMs: number, entries: readonly CostEntry[]): Promise<void> {
      await change(keyOf(basis, 'day', monthMs), () => tableOf(entries));
    },
  };
};
export type Ledger = ReturnType<typeof ledger>;

const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

const withoutClient = (entry: CostEntry): CostEntry => {
  const { client: _, ...labels } = entry.labels;
  return { ...entry, labels };
};
