import type { BatchLog, Compression, DeploymentStore, NewBlock, RollupStore } from '../ports.ts';
import { type CardinalityGuard, SEEDED } from '../rollups/cardinality.ts';
import { coarsen, splitByMetric } from '../rollups/coarsen.ts';
import { encodeBlock, openBlock } from '../rollups/codec.ts';
import { type FiledBlock, folder } from '../rollups/fold.ts';
import type { Batch, BatchContent } from '../telemetry/batch.ts';
import { DAY, expiryFamily, familyOf, partitionSpan, SAMPLES, samplesOf, stepsOf } from '../telemetry/families.ts';
import { learnDeployments, registryDefaults, saveSightings } from './deployments.ts';

export interface RollUpPorts {
  log: BatchLog;
  rollups: RollupStore;
  deployments: DeploymentStore;
  compression: Compression;
  guard: CardinalityGuard;
  /** How far behind the registry's time of the last sighting may be, milliseconds. @default a minute */
  sightingsWithinMs?: number;
}

type ApplyPorts = Omit<RollUpPorts, 'log'>;

/** How much one round takes on, so that memory stays bounded. */
const MAX_ITEMS = 60_000;
/** How much of it is decoded at a time. */
const PIECE_ITEMS = 4_000;
/** And how many blocks may be under construction: an import of years touches thousands of hours. */
const MAX_BLOCKS = 500;

/**
 * One round: takes waiting batches from the log and puts them into the rollups, each exactly once: what was applied
 * before is recognised by its id, and ids and blocks are stored in one step. A crash anywhere is made good by the next round.
 *
 * @returns how many batches it took; 0 = nothing waits
 */
export const rollUp =
  (ports: RollUpPorts) =>
  async (nowMs: number): Promise<number> => {
    const taken = await ports.log.unrolled(MAX_ITEMS);
    if (taken.length === 0) {
      await saveSightings(ports)(nowMs); // what was seen last, too, once no more comes
      return 0;
    }
    const ids = taken.map(({ id }) => id);
    await applyBatches(ports)(taken, nowMs);
    await ports.log.markRolled(ids);
    return taken.length;
  };

/** Puts batches into the rollups; those that are there already, or come twice, are left out. */
export const applyBatches =
  (ports: ApplyPorts) =>
  async (batches: readonly Batch[], nowMs: number): Promise<void> => {
    const distinct = new Map(batches.map((batch) => [batch.id, batch]));
    const known = new Set(await ports.rollups.applied([...distinct.keys()]));
    let waiting = [...distinct.values()].filter(({ id }) => !known.has(id));
    while (waiting.length > 0) {
      const { taken, blocks } = await foldSome(ports, waiting.slice(0, ports.rollups.maxBatches), nowMs);
      const already = new Set(await ports.rollups.apply({ batchIds: taken, blocks, nowMs }));
      const done = new Set(already.size > 0 ? already : taken);
      waiting = waiting.filter(({ id }) => !done.has(id));
    }
  };

/** As many of the batches, from the first on, as make a bounded number of blocks. Each is decoded when it is come to. */
const foldSome = async (ports: ApplyPorts, batches: readonly Batch[], nowMs: number) => {
  const fold = folder(ports.guard);
  const taken: string[] = [];
  for (const { ids, contents } of piecesOf(batches)) {
    await learnDeployments(ports)(
      contents.flatMap((content) => content.events),
      nowMs,
    );
    await seedGuard(ports, contents);
    const complete = registryDefaults(await ports.deployments.list());
    for (const content of contents) fold.add(content, complete);
    taken.push(...ids);
    if (fold.size() > MAX_BLOCKS) break;
  }
  await saveSightings(ports)(nowMs); // before the batches count as applied: after a crash they are not read again
  const filed = await withinRetention(ports.rollups, fold.blocks());
  const blocks = filed.map(({ startMs, block }): NewBlock => {
    const { family, stepMs } = block;
    return { family, stepMs, startMs, bytes: encodeBlock(block, ports.compression) };
  });
  return { taken, blocks };
};

type Rollable = Pick<BatchContent, 'events' | 'samples'>;

/** The batches' events and samples, some at a time; spans and logs are let go at once. */
function* piecesOf(batches: readonly Batch[]): Generator<{ ids: string[]; contents: Rollable[] }> {
  let piece: { ids: string[]; contents: Rollable[] } = { ids: [], contents: [] };
  let items = 0;
  for (const batch of batches) {
    const { events, samples } = batch.content;
    piece.ids.push(batch.id);
    piece.contents.push({ events, samples });
    items += events.length + samples.length;
    if (items < PIECE_ITEMS) continue;
    yield piece;
    piece = { ids: [], contents: [] };
    items = 0;
  }
  if (piece.ids.length > 0) yield piece;
}

/** Blocks of time whose fine steps were dropped already go to the finest step that is still kept. */
const withinRetention = async (rollups: RollupStore, filed: readonly FiledBlock[]): Promise<FiledBlock[]> => {
  const expiredBefore = await readExpiry(rollups, new Set(filed.map(({ block }) => expiryFamily(block.family))));
  const kept: FiledBlock[] = [];
  const split: FiledBlock[] = [];
  for (const { startMs, block } of filed) {
    const isMixed = block.family === SAMPLES.name && startMs < expiredBefore(SAMPLES.name, SAMPLES.baseStepMs);
    if (!isMixed) split.push({ startMs, block });
    else
      for (const [metric, part] of splitByMetric([block])) {
        split.push({ startMs, block: { ...part, family: samplesOf(metric) } });
      }
  }
  for (let { startMs, block } of split) {
    const coarser = stepsOf(familyOf(block.family)).filter((step) => step > block.stepMs);
    while (coarser.length > 0 && startMs < expiredBefore(expiryFamily(block.family), block.stepMs)) {
      block = coarsen(block, coarser.shift()!);
      const span = partitionSpan(block.stepMs);
      startMs = Math.floor(startMs / span) * span;
    }
    kept.push({ startMs, block });
  }
  return kept;
};

/** `expiredBefore` of these families at all of their steps, asked together: a store may answer that in one go. */
const readExpiry = async (rollups: RollupStore, families: Iterable<string>) => {
  const asked = [...families].flatMap((family) => stepsOf(familyOf(family)).map((stepMs) => ({ family, stepMs })));
  const answers = await Promise.all(asked.map((query) => rollups.expiredBefore(query)));
  const known = new Map(asked.map(({ family, stepMs }, i) => [`${family} ${stepMs}`, answers[i]!]));
  return (family: string, stepMs: number): number => known.get(`${family} ${stepMs}`) ?? 0;
};

/** Families whose blocks are looked at together, at a restart: few enough for memory, many enough for few calls. */
const SEED_FAMILIES = 64;

/** Tells the guard what the store holds of days that it does not know yet (after a restart, or of long ago). */
const seedGuard = async ({ rollups, compression, guard }: ApplyPorts, contents: readonly Rollable[]) => {
  const days = new Set<number>();
  let last = Number.NaN;
  for (const { events, samples } of contents) {
    for (const items of [events, samples]) {
      for (const { timestamp } of items) {
        const day = Math.floor(timestamp / DAY) * DAY;
        if (day !== last) days.add(day);
        last = day;
      }
    }
  }
  for (const day of days) {
    if (guard.knows(SEEDED, day)) continue;
    guard.remember(SEEDED, day, [], 0);
    const families = await rollups.families();
    for (let i = 0; i < families.length; i += SEED_FAMILIES) {
      await seedFrom({ rollups, compression, guard }, families.slice(i, i + SEED_FAMILIES), day);
    }
  }
};

const seedFrom = async (
  { rollups, compression, guard }: Pick<ApplyPorts, 'rollups' | 'compression' | 'guard'>,
  families: readonly string[],
  day: number,
) => {
  const list = async (family: string) => {
    const query = { family, stepMs: familyOf(family).baseStepMs, fromMs: day, toMs: day + DAY };
    return (await rollups.list(query)).map(({ id }) => ({ id, family }));
  };
  const listed = (await Promise.all(families.map(list))).flat();
  const blocks = await rollups.read(listed.map(({ id }) => id));
  for (const [i, { family }] of listed.entries()) {
    const bytes = blocks[i];
    if (!bytes) continue; // compacted meanwhile: the other block is in the listing of the next round
    const series = openBlock(bytes, compression).series();
    if (!family.startsWith(SAMPLES.name)) guard.remember(family, day, series, familyOf(family).dimensions.length);
    else
      for (const values of series) {
        guard.remember(SAMPLES.name, day, [[values[0]!]], 1);
        guard.remember(samplesOf(values[0]!), day, [[values.join('\u001f')]], 1);
      }
  }
};
