import { DAY, expiryFamily, SAMPLES } from '../../../core/telemetry/families.ts';
import type { Key } from '../dynamo.ts';

/** Loose segments are spread over so many partitions of the table: all traffic of a minute is written there. */
export const LOOSE_SHARDS = 4;
/** Days of metrics are spread over so many items: one for each metric would be many, one for all too big. */
const SAMPLE_SHARDS = 16;

const sampleShard = (shard: number): string => `${SAMPLES.name}#${shard}`;

/** Families whose blocks of a day are in one item of the directory. */
export const groupOf = (family: string): string =>
  expiryFamily(family) === family ? family : sampleShard(shardOf(family, SAMPLE_SHARDS));

/** All groups of a family that expires. */
export const groupsOf = (expiring: string): string[] =>
  expiring === SAMPLES.name
    ? [expiring, ...Array.from({ length: SAMPLE_SHARDS }, (_, shard) => sampleShard(shard))]
    : [expiring];

/** By FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv: names are many, and cryptography takes ten times as long. */
const shardOf = (name: string, shards: number): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return (hash >>> 16) % shards; // its low bits follow the last character too closely
};

export const dayOf = (ms: number): number => Math.floor(ms / DAY) * DAY;

/** Times sort as text when they have as many digits. @param ms >= 0, a safe integer */
export const padded = (ms: number): string => String(ms).padStart(16, '0');

export const loosePk = (shard: number): string => `loose#${shard}`;
export const looseKey = (segmentId: string): Key => ({ pk: loosePk(shardOf(segmentId, LOOSE_SHARDS)), sk: segmentId });
export const dayPk = (group: string): string => `day#${group}`;
export const dayKey = ({ group, dayMs }: { group: string; dayMs: number }): Key => ({
  pk: dayPk(group),
  sk: padded(dayMs),
});
export const appliedKey = (batchId: string): Key => ({ pk: `applied#${batchId}`, sk: '-' });
export const archiveKey = (nowMs: number, id: string): Key => ({ pk: 'archive', sk: `${padded(nowMs)}#${id}` });
export const intentKey = (id: string): Key => ({ pk: 'intent', sk: id });
export const FAMILIES_PK = 'families';
export const EXPIRED_PK = 'expired';
export const FORGOTTEN_KEY: Key = { pk: 'forgotten', sk: '-' };
