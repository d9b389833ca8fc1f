import { zstd } from '../../zstd.ts';
import type { Item } from '../dynamo.ts';
import { dayKey, dayPk, looseKey } from './keys.ts';
import type { PlacedBlock } from './segments.ts';

/** What one `apply` added: all blocks of one segment. */
export interface LooseSegment {
  segmentId: string;
  nowMs: number;
  blocks: PlacedBlock[];
}

/** Which families of which day an item of the directory holds. */
export interface DayName {
  group: string;
  dayMs: number;
}

/** What is compacted of one group's day. */
export interface Day extends DayName {
  /** Drawn anew with each change; undefined = there is no item. */
  version: string | undefined;
  blocks: PlacedBlock[];
  /** Loose blocks (`markOf`) that are in `blocks` by now, or were, and since when their segment is gone, epoch ms (0 = not yet). */
  absorbed: ReadonlyMap<string, number>;
}

// Items are paid by the KB: as JSON an entry has some 60 bytes, packed some 10.
const { compress, decompress } = zstd(9);
const pack = (value: unknown): Uint8Array => compress(Buffer.from(JSON.stringify(value)));
const unpack = <T>(bytes: unknown): T => JSON.parse(Buffer.from(decompress(bytes as Uint8Array)).toString());

type LooseEntry = [family: string, stepMs: number, startMs: number, offset: number, length: number];
type DayEntry = [...LooseEntry, segmentId: string, index: number];
type DayContent = { blocks: DayEntry[]; absorbed: [mark: string, atMs: number][] };

export const looseItem = ({ segmentId, nowMs, blocks }: LooseSegment): Item => ({
  ...looseKey(segmentId),
  nowMs,
  entries: pack(
    blocks.map(({ family, stepMs, startMs, offset, length }): LooseEntry => [family, stepMs, startMs, offset, length]),
  ),
});

export const looseOf = ({ sk, nowMs, entries }: Item): LooseSegment => {
  const segmentId = sk as string;
  const blocks = unpack<LooseEntry[]>(entries).map(([family, stepMs, startMs, offset, length], index): PlacedBlock => {
    return { family, stepMs, startMs, segmentId, offset, length, index };
  });
  return { segmentId, nowMs: nowMs as number, blocks };
};

export const dayItem = ({ group, dayMs, version, blocks, absorbed }: Day): Item => ({
  ...dayKey({ group, dayMs }),
  version,
  content: pack({
    blocks: blocks.map(({ family, stepMs, startMs, offset, length, segmentId, index }): DayEntry => {
      return [family, stepMs, startMs, offset, length, segmentId, index];
    }),
    absorbed: [...absorbed],
  } satisfies DayContent),
});

export const dayOfItem = ({ pk, sk, version, content }: Item): Day => {
  const { blocks, absorbed } = unpack<DayContent>(content);
  return {
    group: (pk as string).slice(dayPk('').length),
    dayMs: Number(sk),
    version: version as string,
    blocks: blocks.map(([family, stepMs, startMs, offset, length, segmentId, index]): PlacedBlock => {
      return { family, stepMs, startMs, offset, length, segmentId, index };
    }),
    absorbed: new Map(absorbed),
  };
};

export const noDay = ({ group, dayMs }: DayName): Day => ({
  group,
  dayMs,
  version: undefined,
  blocks: [],
  absorbed: new Map(),
});
