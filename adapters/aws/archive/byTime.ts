import { AppError } from '../../../core/errors.ts';

export type TimedRecord = Record<string, unknown>;

/** Records somewhere, none of them earlier than `fromMs`: at hand when opened, or in further sources. */
export interface Source {
  /** Epoch milliseconds. */
  fromMs: number;
  open(): Promise<{ records: readonly TimedRecord[] } | { sources: readonly Source[] }>;
}

/** Records that may wait for their turn in memory. */
export const MAX_HELD = 150_000;

/**
 * The records of all sources by time, the first `limit` of them. Opens a source when its turn comes, and holds only records
 * that a source yet to be opened may precede.
 *
 * @throws AppError tooLarge when more than `maxHeld` of them overlap
 */
export async function* byTime(
  sources: readonly Source[],
  { limit = Number.POSITIVE_INFINITY, maxHeld = MAX_HELD }: { limit?: number | undefined; maxHeld?: number },
): AsyncGenerator<TimedRecord> {
  const closed = [...sources].sort(byStart);
  let held: TimedRecord[] = [];
  let left = limit;
  while (left > 0 && (closed.length > 0 || held.length > 0)) {
    const nextMs = closed[0]?.fromMs ?? Number.POSITIVE_INFINITY;
    const ready = closed.length === 0 ? held.length : held.findIndex((record) => timeOf(record) >= nextMs);
    const out = held.splice(0, ready === -1 ? held.length : ready);
    yield* out;
    left -= out.length;
    const source = left > 0 ? closed.shift() : undefined;
    if (!source) continue;
    const opened = await source.open();
    if ('sources' in opened) {
      closed.push(...opened.sources);
      closed.sort(byStart);
      continue;
    }
    held = [...held, ...opened.records].sort((a, b) => timeOf(a) - timeOf(b)).slice(0, left);
    if (held.length > maxHeld) throw tooMany(maxHeld);
  }
}

const byStart = (a: Source, b: Source) => a.fromMs - b.fromMs;
const timeOf = ({ timestamp }: TimedRecord) => timestamp as number;

const tooMany = (maxHeld: number): AppError =>
  new AppError(
    'tooLarge',
    `more than ${maxHeld} records of the same hours: ask for a shorter range or with a limit, or query the archive with Athena`,
  );
