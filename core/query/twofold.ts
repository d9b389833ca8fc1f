import { TOKEN_ITEMS } from '../cost/entry.ts';
import { OTHER } from '../rollups/cardinality.ts';
import type { OpenBlock } from '../rollups/codec.ts';
import { type Family, HOUR, unpriced } from '../telemetry/families.ts';

/** Blocks of a family, each with the part of the range that it is read for. */
type Parts = readonly { block: OpenBlock; fromMs: number; toMs: number }[];

/** What events and spans report alike. */
export interface Twofold {
  /** none = nothing is; told = spans are left out by `isLeftOut`; cannotTell = some is, but the family has no deployments. */
  kind: 'none' | 'told' | 'cannotTell';
  /** Is this row of the block a span's whose calls an event reports too? */
  isLeftOut(block: OpenBlock, row: number): boolean;
}

const NONE: Twofold = { kind: 'none', isLeftOut: () => false };

const PRICED = ['reportedCost', 'costKnown', ...TOKEN_ITEMS.map(unpriced)];

/** By what a row says that it knows a measure, where a measure of 0 says something; all others are known when not 0. */
const KNOWN_BY: Readonly<Record<string, readonly string[]>> = {
  errors: ['events'],
  timeouts: ['events'],
  throttled: ['events'],
  fallbacks: ['events'],
  coldStarts: ['coldStartKnown'],
  cacheHits: ['cacheKnown'],
  timedOutputTokens: ['generationTime'],
  // The cost that one reports and the tokens that the other does are one cost.
  ...Object.fromEntries(PRICED.map((measure) => [measure, PRICED])),
};

/**
 * Where events and spans report a measure of the same deployment in the same hour (day where only days are kept), the
 * events count. Decided by the hour whatever the range, so that a longer range never has less in it.
 */
export const twofoldOf = (family: Family, parts: Parts, measure: string): Twofold => {
  const source = family.dimensions.indexOf('source');
  const isSpan = (series: readonly string[]) => series[source] === 'span';
  const has = (test: (series: readonly string[]) => boolean) => parts.some(({ block }) => block.series().some(test));
  if (source < 0 || !has(isSpan) || !has((series) => !isSpan(series))) return NONE;

  const deployment = family.dimensions.indexOf('deployment');
  // Deployments folded into one name may be others: better twice than not at all.
  const isFolded = (series: readonly string[]) => deployment >= 0 && series[deployment] === OTHER;
  const keyOf = (series: readonly string[], time: number, bucketMs: number) =>
    `${Math.floor(time / bucketMs) * bucketMs} ${deployment < 0 ? '' : series[deployment]!}`;
  const [bySpan, byEvent] = [new Set<string>(), new Set<string>()];
  for (const { block, fromMs, toMs } of parts) {
    const bucketMs = bucketOf(block);
    const series = block.series();
    const { rowSeries, rowTime } = block.rows();
    const knows = knowing(block, measure);
    // The whole of the hours that the range begins and ends in, or its ends would decide.
    const [from, to] = [Math.floor(fromMs / bucketMs) * bucketMs, Math.ceil(toMs / bucketMs) * bucketMs];
    for (let r = 0; r < rowTime.length; r++) {
      if (rowTime[r]! < from || rowTime[r]! >= to || !knows(r)) continue;
      const of = series[rowSeries[r]!]!;
      if (!isFolded(of)) (isSpan(of) ? bySpan : byEvent).add(keyOf(of, rowTime[r]!, bucketMs));
    }
  }
  const both = new Set([...bySpan].filter((key) => byEvent.has(key)));
  if (both.size === 0) return NONE;
  if (deployment < 0) return { kind: 'cannotTell', isLeftOut: () => false };
  return {
    kind: 'told',
    isLeftOut(block, row) {
      const { rowSeries, rowTime } = block.rows();
      const of = block.series()[rowSeries[row]!]!;
      return isSpan(of) && !isFolded(of) && both.has(keyOf(of, rowTime[row]!, bucketOf(block)));
    },
  };
};

const bucketOf = ({ stepMs }: OpenBlock): number => Math.max(stepMs, HOUR);

const knowing = (block: OpenBlock, measure: string): ((row: number) => boolean) => {
  const known = (KNOWN_BY[measure] ?? [measure]).map((name) => {
    const column = block.column(name);
    if (column?.kind === 'distribution') return column.n;
    return column?.kind === 'count' ? column.sum : undefined;
  });
  return (row) => known.some((counts) => counts !== undefined && counts[row]! > 0);
};
