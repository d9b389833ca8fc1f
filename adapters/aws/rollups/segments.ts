import { randomBytes } from 'node:crypto';
import type { NewBlock, Partition } from '../../../core/ports.ts';
import type { Piece } from '../blockBytes.ts';

/** A block as the directory knows it: where it belongs, where its bytes are, and which of its segment's it is, from 0. */
export interface PlacedBlock extends Partition, Piece {
  index: number;
}

const TIME_DIGITS = 9; // base 36: until the year 5188
const COUNT_DIGITS = 4;
const COUNTS = 36 ** COUNT_DIGITS;

/** Makes ids of segments: in the order of their strings they are in the order they were made, and no two are the same. */
export const segmentIds = (now: () => number): (() => string) => {
  let count = 0;
  return () => {
    const time = now().toString(36).padStart(TIME_DIGITS, '0');
    const counter = (count++ % COUNTS).toString(36).padStart(COUNT_DIGITS, '0');
    return `${time}-${counter}-${randomBytes(6).toString('hex')}`;
  };
};

/** When a segment was made, epoch ms. */
export const segmentTimeMs = (segmentId: string): number => Number.parseInt(segmentId.slice(0, TIME_DIGITS), 36);

/** The blocks laid into one segment, one after the other, and its bytes. */
export const layOut = (segmentId: string, blocks: readonly NewBlock[]) => {
  let offset = 0;
  const placed = blocks.map(({ family, stepMs, startMs, bytes }, index): PlacedBlock => {
    const piece = { family, stepMs, startMs, segmentId, index, offset, length: bytes.byteLength };
    offset += bytes.byteLength;
    return piece;
  });
  return { segmentId, placed, bytes: Buffer.concat(blocks.map(({ bytes }) => bytes)) };
};

/** What tells a block from all others. */
export const markOf = ({ segmentId, index }: Pick<PlacedBlock, 'segmentId' | 'index'>): string =>
  `${segmentId}:${index}`;

/** A block's id says all there is to know of it, so that reading it needs no directory. */
export const blockId = ({ segmentId, family, stepMs, startMs, offset, length, index }: PlacedBlock): string =>
  [segmentId, family, stepMs, startMs, offset, length, index].join('|');

/** The inverse of `blockId`. A family may hold any character. */
export const parseBlockId = (id: string): PlacedBlock => {
  const parts = id.split('|');
  const [stepMs, startMs, offset, length, index] = parts.splice(-5).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const [segmentId, ...family] = parts;
  return { segmentId: segmentId!, family: family.join('|'), stepMs, startMs, offset, length, index };
};
