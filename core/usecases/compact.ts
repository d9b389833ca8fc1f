import type { Compression, NewBlock, RollupStore } from '../ports.ts';
import type { Block } from '../rollups/block.ts';
import { blockBuilder } from '../rollups/builder.ts';
import { coarsen, splitByMetric } from '../rollups/coarsen.ts';
import { decodeBlock, encodeBlock } from '../rollups/codec.ts';
import { DAY, expiryFamily, familyOf, partitionSpan, SAMPLES, samplesOf, stepsOf } from '../telemetry/families.ts';

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

/** Rows of a coarser step in [fromMs, toMs): `isAll` of them, so that they replace what is there, or some more. */
interface Derived {
  fromMs: number;
  toMs: number;
  isAll: boolean;
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
    const listed = await rollups.list({ family, stepMs: SAMPLES.baseStepMs, ...day });
    remove.push(...listed.map(({ id }) => id));
    for (const { startMs, block } of await readBlocks({ rollups, compression }, listed)) {
      byPartition.set(startMs, [...(byPartition.get(startMs) ?? []), block]);
    }
    for (const [startMs, blocks] of byPartition) mixed.set(startMs, splitByMetric(blocks));
  }
  const metrics = new Set([...mixed.values()].flatMap((byMetric) => [...byMetric.keys()]));
  const targets = isMixed
    ? [...metrics].map((metric) => ({ name: samplesOf(metric), metric }))
    : [{ name: family, metric: '' }];
  const steps = await lookAt(
    rollups,
    targets.map(({ name }) => name),
    day,
  );
  for (const { name, metric } of targets) {
    const fresh = (startMs: number) => mixed.get(startMs)?.get(metric);
    const change = await compactFamilyDay({ rollups, compression }, name, { dayMs, steps: steps.get(name)!, fresh });
    remove.push(...change.remove);
    add.push(...change.add);
  }
  await rollups.replace({ remove, add });
};

/** What is stored of a step of a family on a day, and before when it is dropped. */
interface Step {
  stepMs: number;
  stored: Awaited<ReturnType<RollupStore['list']>>;
  expiredMs: number;
}

/** The steps of families, finest first. All are asked for at once: there are many metrics, and a store may answer them together. */
const lookAt = async (
  rollups: RollupStore,
  families: readonly string[],
  day: { fromMs: number; toMs: number },
): Promise<Map<string, Step[]>> => {
  const wanted = families.flatMap((family) => stepsOf(familyOf(family)).map((stepMs) => ({ family, stepMs })));
  const stored = await Promise.all(wanted.map((step) => rollups.list({ ...step, ...day })));
  // After the listing: what is dropped of it from now on makes `replace` refuse the change.
  const expiredMs = await Promise.all(
    wanted.map(({ family, stepMs }) => rollups.expiredBefore({ family: expiryFamily(family), stepMs })),
  );
  const steps = new Map(families.map((family): [string, Step[]] => [family, []]));
  for (const [i, { family, stepMs }] of wanted.entries())
    steps.get(family)!.push({ stepMs, stored: stored[i]!, expiredMs: expiredMs[i]! });
  return steps;
};

/** The change that compacts one day of one family, from its finest step up; `fresh` gives further rows of a partition. */
const compactFamilyDay = async (
  { rollups, compression }: CompactPorts,
  family: string,
  { dayMs, steps, fresh }: { dayMs: number; steps: readonly Step[]; fresh: (startMs: number) => Block | undefined },
) => {
  const remove: string[] = [];
  const add: NewBlock[] = [];
  let derived: Derived[] = [];
  for (const [i, { stepMs, stored, expiredMs }] of steps.entries()) {
    const span = partitionSpan(stepMs);
    const nextStep = steps[i + 1]?.stepMs;
    const next: Derived[] = [];
    for (let startMs = dayMs; startMs < dayMs + DAY; startMs += span) {
      const here = stored.filter((block) => block.startMs === startMs);
      const changes = derived.filter(({ fromMs }) => fromMs >= startMs && fromMs < startMs + span);
      const extra = i === 0 ? fresh(startMs) : undefined;
      if (changes.length === 0 && !extra && !here.some(({ loose }) => loose)) continue;
      // Of a partition that was dropped this is not all there was: it is added to the coarser step. What was compacted
      // before is in that step already, whether it was dropped yet or is about to be.
      const isGone = startMs < expiredMs && nextStep !== undefined;
      const blocks = await readBlocks({ rollups, compression }, isGone ? here.filter(({ loose }) => loose) : here);
      const block = merged({ family, stepMs, blocks: blocks.map((each) => each.block), extra, changes });
      remove.push(...here.map(({ id }) => id));
      if (!isGone) add.push({ family, stepMs, startMs, bytes: encodeBlock(block, compression) });
      const coarser = { fromMs: startMs, toMs: startMs + span, isAll: !isGone };
      if (nextStep) next.push({ ...coarser, block: coarsen(block, nextStep) });
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
  changes: readonly Derived[];
}): Block => {
  const { family, stepMs } = of;
  const builder = blockBuilder({ family, stepMs, dimensions: familyOf(family).dimensions });
  const replacing = of.changes.filter(({ isAll }) => isAll);
  const isReplaced = (time: number) => replacing.some(({ fromMs, toMs }) => time >= fromMs && time < toMs);
  for (const block of of.blocks) builder.merge(block, undefined, (time) => !isReplaced(time));
  if (of.extra) builder.merge(of.extra);
  for (const { block } of of.changes) builder.merge(block);
  return builder.build();
};

type Listed = Awaited<ReturnType<RollupStore['list']>>;

/** Blocks that were listed. One that is gone is left out: its id among those to be removed makes `replace` refuse the change. */
const readBlocks = async ({ rollups, compression }: CompactPorts, listed: Listed) => {
  const bytes = await rollups.read(listed.map(({ id }) => id));
  return listed.flatMap(({ startMs }, i) => (bytes[i] ? [{ startMs, block: decodeBlock(bytes[i], compression) }] : []));
};
