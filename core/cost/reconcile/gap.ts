import { explainDollars, explainUnpriced, oneSided } from './explainOthers.ts';
import { explainPriced } from './explainPriced.ts';
import type { GapDay } from './gapDay.ts';
import type { Match } from './match.ts';
import { type PriceReader, readPrices, type Steps } from './priceLevels.ts';
import { type KnownRates, NOTHING_KNOWN } from './prices.ts';
import type { Rate } from './roundest.ts';
import { seriesOf } from './series.ts';
import { alignUsage, isCounted } from './usage.ts';

/**
 * Splits the difference of each match of a service on each of its days; in the order of the matches. The formulas are in
 * `PARTS`. What one match tells of rates helps with the others: most are agreed for all of a service.
 */
export const explainGaps = (matches: readonly Match[], steps: Steps): GapDay[][] => {
  const readers: PriceReader[] = [];
  const explain = matches.map((match): ((known: KnownRates) => GapDay[]) => {
    const days = seriesOf(match);
    if (match.estimated.length === 0) return () => days.map((day) => oneSided(day, 'unmetered'));
    if (match.billed.length === 0) return () => days.map((day) => oneSided(day, 'unbilled'));
    if (!isCounted(days)) return () => explainDollars(days, steps);
    const usage = alignUsage(days);
    if (usage.unitPrice.some(Number.isNaN)) return () => explainUnpriced(days, usage);
    const reader = readPrices(days, usage, steps);
    readers.push(reader);
    return (known) => explainPriced(days, usage, reader.levels(known), steps);
  });
  const known = knownRates(readers);
  return explain.map((run) => run(known));
};

/** Listed prices tell of discounts, and discounts of prices that are not listed. */
const knownRates = (readers: readonly PriceReader[]): KnownRates => {
  const pool = (kind: keyof KnownRates, known: KnownRates): KnownRates => ({
    ...known,
    [kind]: readers.flatMap((reader) => reader[kind](known)).sort(byWidth),
  });
  return pool('lists', pool('discounts', pool('lists', NOTHING_KNOWN)));
};

const byWidth = (a: Rate, b: Rate): number => a.high - a.low - (b.high - b.low);
