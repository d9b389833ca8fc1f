import type { Match } from './match.ts';
import { addParts, noParts, type Parts } from './parts.ts';
import { priceLevels, type Steps } from './priceLevels.ts';
import { seriesOf, type UsageDay } from './series.ts';
import { lateDollars } from './timing.ts';
import { type AlignedUsage, alignUsage, isRoundedUsage } from './usage.ts';

/** One match on one day, in dollars. `parts` sum up to billed − estimated. */
export interface GapDay {
  day: number;
  estimated: number;
  billed: number;
  /** What both agree on. */
  matched: number;
  /** What of `billed` telemetry knows of. */
  metered: number;
  parts: Parts;
}

/** Splits the difference of one match on each of its days. The formulas are in `PARTS`. */
export const explainGap = (match: Match, steps: Steps): GapDay[] => {
  const days = seriesOf(match);
  if (match.estimated.length === 0) return days.map((day) => oneSided(day, { unmetered: day.billed }));
  if (match.billed.length === 0) return days.map((day) => oneSided(day, { unbilled: -day.estimated }));
  const usage = alignUsage(days);
  return usage.unitPrice.some(Number.isNaN) ? explainUnpriced(days, usage) : explainPriced(days, usage, steps);
};

const oneSided = (day: UsageDay, parts: Partial<Parts>): GapDay => ({
  day: day.day,
  estimated: day.estimated,
  billed: day.billed,
  matched: 0,
  metered: 0,
  parts: addParts(noParts(), parts),
});

const explainPriced = (days: readonly UsageDay[], usage: AlignedUsage, steps: Steps): GapDay[] => {
  const { unitPrice: price, metered, priced, onItsDay, timing, hasDollarsOnly } = usage;
  const levels = priceLevels(days, usage, steps);
  const late = lateDollars(usage.timing, days.length, (i) => price[i]! * levels[i]!.list * levels[i]!.paid);
  const isRounded = isRoundedUsage(days, usage);
  const volumes = days.map((_, i) => (hasDollarsOnly ? 0 : (onItsDay[i]! - metered[i]!) * price[i]!));
  const isMore = volumes.reduce((sum, volume, i) => sum + (timing.short.has(i) ? 0 : volume), 0) >= 0;
  return days.map((day, i) => {
    const { list, paid, slack } = levels[i]!;
    const atEstimate = (hasDollarsOnly ? metered[i]! : onItsDay[i]!) * price[i]!;
    const ownBilled = day.billed - late[i]!;
    const rest = ownBilled - atEstimate * list * paid;
    const volumePart = isRounded ? 'rounding' : isMore && !timing.short.has(i) ? 'missingUsage' : 'unbilled';
    const parts: Partial<Parts>[] = [
      { timing: late[i]! },
      { [volumePart]: volumes[i]! },
      { unpriced: (metered[i]! - priced[i]!) * price[i]! },
      { [hasDollarsOnly && list > 1 ? 'unexplained' : 'priceChange']: atEstimate * (list - 1) },
      { [paid <= 1 ? 'discount' : 'unexplained']: atEstimate * list * (paid - 1) },
      {
        [restPart(rest, { bound: slack * steps.cost * day.lines.length, paid, ownBilled, atList: atEstimate * list })]:
          rest,
      },
    ];
    return gapDay(day, ownBilled, shareMetered(metered[i]!, onItsDay[i]!), parts);
  });
};

/** Discounts that vary from day to day (a Savings Plan covers what is left of it) are discounts all the same. */
const restPart = (
  rest: number,
  { bound, paid, ownBilled, atList }: { bound: number; paid: number; ownBilled: number; atList: number },
): 'rounding' | 'discount' | 'unexplained' => {
  if (Math.abs(rest) <= bound * (1 + 1e-6)) return 'rounding';
  return paid < 1 && ownBilled >= 0 && ownBilled <= atList * (1 + 1e-6) ? 'discount' : 'unexplained';
};

const explainUnpriced = (days: readonly UsageDay[], usage: AlignedUsage): GapDay[] => {
  const { metered, billed, onItsDay } = usage;
  const late = lateDollars(usage.timing, days.length, (_, at) =>
    billed[at]! > 0 ? days[at]!.billed / billed[at]! : 0,
  );
  return days.map((day, i) => {
    const ownBilled = day.billed - late[i]!;
    const share = usage.hasDollarsOnly ? 1 : shareMetered(metered[i]!, onItsDay[i]!);
    return gapDay(day, ownBilled, share, [
      { timing: late[i]! },
      { unpriced: ownBilled * share },
      { missingUsage: ownBilled * (1 - share) },
    ]);
  });
};

const gapDay = (day: UsageDay, ownBilled: number, share: number, parts: readonly Partial<Parts>[]): GapDay => ({
  day: day.day,
  estimated: day.estimated,
  billed: day.billed,
  matched: Math.max(0, Math.min(day.estimated, ownBilled)),
  metered: ownBilled * share,
  parts: parts.reduce<Parts>(addParts, noParts()),
});

const shareMetered = (metered: number, billed: number): number => (billed > metered ? metered / billed : 1);
