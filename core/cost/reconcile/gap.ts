import { explainDollars, explainUnpriced, oneSided } from './explainOthers.ts';
import { explainPriced } from './explainPriced.ts';
import type { GapDay } from './gapDay.ts';
import type { Match } from './match.ts';
import { discountsOf, priceLevels, type Steps } from './priceLevels.ts';
import type { Discount } from './prices.ts';
import { seriesOf } from './series.ts';
import { alignUsage, isCounted } from './usage.ts';

/**
 * Splits the difference of each match of a service on each of its days; in the order of the matches. The formulas are in
 * `PARTS`. What one match tells of discounts helps with the others: most are agreed for all of a service.
 */
export const explainGaps = (matches: readonly Match[], steps: Steps): GapDay[][] => {
  const known: Discount[] = [];
  const explain = matches.map((match) => {
    const days = seriesOf(match);
    if (match.estimated.length === 0) return () => days.map((day) => oneSided(day, 'unmetered'));
    if (match.billed.length === 0) return () => days.map((day) => oneSided(day, 'unbilled'));
    if (!isCounted(days)) return () => explainDollars(days, steps);
    const usage = alignUsage(days);
    if (usage.unitPrice.some(Number.isNaN)) return () => explainUnpriced(days, usage);
    known.push(...discountsOf(days, usage, steps));
    return () => explainPriced(days, usage, priceLevels(days, usage, steps, known), steps);
  });
  known.sort((a, b) => a.high - a.low - (b.high - b.low));
  return explain.map((run) => run());
};
