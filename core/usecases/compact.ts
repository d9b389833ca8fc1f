import type { Compression, NewBlock, RollupStore } from '../ports.ts';
import type { Block } from '../rollups/block.ts';
import { blockBuilder } from '../rollups/builder.ts';
import { coarsen, splitByMetric } from '../rollups/coarsen.ts';
import { decodeBlock, encodeBlock } from '../rollups/codec.ts';
import { DAY, familyOf, partitionSpan, SAMPLES, samplesOf, stepsOf } from '../telemetry/families.ts';

export interface CompactPorts {
  rollups: RollupStore;
  compression: Compression;
}

/** An open partition is compacted when it has collected this many loose blocks. */
const LOOSE_LIMIT = 24;
/** A closed one when nothing has come for it for this long, milliseconds. */
const QUIET_MS = 10_000;

/**
 * Merges the loose blocks of each partition into one, and makes anew the coarser steps of what changed, so that a
 * partition without loose blocks is also right at every coarser step. Each day of a family is one atomic change; a
 * crash leaves the loose blocks, which are right too.
 *
 * @param options.all compact everything now, not only what is closed or has grown
 * @param options.isBusy asked between days; true stops early
 * @returns days of families compacted
 */
export const compact =
  (ports: CompactPorts) =>
  async (nowMs: number, options: { all?: boolean; isBusy?: () => Promise<boolean> } = {}): Promise<number> => {
    const due = new Map<string, { family: string; dayMs: number }>();
    for (const { family, stepMs, startMs, loose, newestMs } of await ports.rollups.loosePartitions()) {
      const isClosed = startMs + partitionSpan(stepMs) <= nowMs && newestMs + QUIET_MS <= nowMs;
      if (!options.all && !isClosed && loose < LOOSE_LIMIT) continue;
      const dayMs = Math.floor(startMs / DAY) * DAY;
      due.set(`${family} ${dayMs}`, { family, dayMs });
    }
    let done = 0;
    for (const { family, dayMs } of due.values()) {
      if (await options.isBusy?.()) break;
      await compactDay(ports, family, dayMs);
      done++;
    }
    return done;
  };

/** Rows that replace whatever a partition has in [fromMs, toMs). */
interface Derived {
  fromMs: number;
  toMs: number;
  block: Block;
}

const compactDay = async ({ rollups, compression }: CompactPorts, family: string, dayMs: number) => {
  const remove: string[] = [];
  const add: NewBlock[] = [];
  const day = { fromMs: dayMs, toMs: dayMs + DAY };
  const isMixed = family === SAMPLES.name;
  const mixed = new Map<number, Map<string, Block>>();
  if (isMixed) {
    const byPartition = new Map<number, Block[]>();
    for (const { id, block, startMs } of await readAll({ rollups, compression }, { family, stepMs: 1, ...day })) {
      remove.push(id);
      byPartition.set(startMs, [...(byPartition.get(startMs) ?? []), block]);
    }
    for (const [startMs, blocks] of byPartition) mixed.set(startMs, splitByMetric(blocks));
  }
  const metrics = new Set([...mixed.values()].flatMap((byMetric) => [...byMetric.keys()]));
  const targets = isMixed
    ? [...metrics].map((metric) => ({ name: samplesOf(metric), metric }))
    : [{ name: family, metric: '' }];
  for (const { name, metric } of targets) {
    const fresh = (startMs: number) => mixed.get(startMs)?.get(metric);
    const change = await compactFamilyDay({ rollups, compression }, name, dayMs, fresh);
    remove.push(...change.remove);
    add.push(...change.add);
  }
  await rollups.replace({ remove, add });
};

/** The change that compacts one day of one family, from its finest step up; `fresh` gives further rows of a partition. */
const compactFamilyDay = async (
  { rollups, compression }: CompactPorts,
  family: string,
  dayMs: number,
  fresh: (startMs: number) => Block | undefined,
) => {
  const remove: string[] = [];
  const add: NewBlock[] = [];
  const steps = stepsOf(familyOf(family));
  let derived: Derived[] = [];
  for (const [i, stepMs] of steps.entries()) {
    const span = partitionSpan(stepMs);
    const stored = await rollups.list({ family, stepMs, fromMs: dayMs, toMs: dayMs + DAY });
    const next: Derived[] = [];
    for (let startMs = dayMs; startMs < dayMs + DAY; startMs += span) {
      const here = stored.filter((block) => block.startMs === startMs);
      const replacing = derived.filter(({ fromMs }) => fromMs >= startMs && fromMs < startMs + span);
      const extra = i === 0 ? fresh(startMs) : undefined;
      if (replacing.length === 0 && !extra && !here.some(({ loose }) => loose)) continue;
      const query = { family, stepMs, fromMs: startMs, toMs: startMs + 1 };
      const blocks = (await readAll({ rollups, compression }, query)).map((entry) => entry.block);
      const block = merged({ family, stepMs, blocks, extra, replacing });
      remove.push(...here.map(({ id }) => id));
      add.push({ family, stepMs, startMs, bytes: encodeBlock(block, compression) });
      const nextStep = steps[i + 1];
      if (nextStep) next.push({ fromMs: startMs, toMs: startMs + span, block: coarsen(block, nextStep) });
    }
    derived = next;
  }
  return { remove, add };
};

const merged = (of: {
  family: string;
  stepMs: number;
  blocks: readonly Block[];
  extra: Block | undefined;
  replacing: readonly Derived[];
}): Block => {
  const { family, stepMs } = of;
  const builder = blockBuilder({ family, stepMs, dimensions: familyOf(family).dimensions });
  const isReplaced = (time: number) => of.replacing.some(({ fromMs, toMs }) => time >= fromMs && time < toMs);
  for (const block of of.blocks) builder.merge(block, undefined, (time) => !isReplaced(time));
  if (of.extra) builder.merge(of.extra);
  for (const { block } of of.replacing) builder.merge(block);
  return builder.build();
};

/** The blocks of a listing. One that is gone means that somebody else compacts too; `replace` would refuse the change. */
const readAll = async ({ rollups, compression }: CompactPorts, query: Parameters<RollupStore['list']>[0]) => {
  const listed = await rollups.list(query);
  const bytes = await rollups.read(listed.map(({ id }) => id));
  return listed.flatMap((entry, i) => (bytes[i] ? [{ ...entry, block: decodeBlock(bytes[i], compression) }] : []));
};
