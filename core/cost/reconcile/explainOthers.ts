import { type GapDay, gapDay, restPart, shareMetered } from './gapDay.ts';
import { fitLevels } from './levels.ts';
import type { Parts } from './parts.ts';
import type { Steps } from './priceLevels.ts';
import { NOTHING_KNOWN, splitLevels } from './prices.ts';
import type { UsageDay } from './series.ts';
import { findTiming, lateAmounts } from './timing.ts';
import type { AlignedUsage } from './usage.ts';

/** Only one side has it. */
export const oneSided = (day: UsageDay, part: 'unmetered' | 'unbilled'): GapDay =>
  gapDay(day, { ownBilled: day.billed, share: 0, parts: [{ [part]: day.billed - day.estimated }] });

/** Usage that both count and for which no price is known on any day. */
export const explainUnpriced = (days: readonly UsageDay[], usage: AlignedUsage): GapDay[] => {
  const { metered, billed, onItsDay, timing } = usage;
  const late = lateAmounts(timing, days.length, (_, at) => (billed[at]! > 0 ? days[at]!.billed / billed[at]! : 0));
  return days.map((day, i) => {
    const ownBilled = day.billed - late[i]!;
    const share = shareMetered(metered[i]!, onItsDay[i]!);
    const parts = [{ timing: late[i]! }, { unpriced: ownBilled * share }, { missingUsage: ownBilled * (1 - share) }];
    return gapDay(day, { ownBilled, share, parts });
  });
};

/**
 * The bill or the estimate counts nothing, there are but dollars. A constant share below the estimate is a discount and
 * another one from a day on a change of price; a constant share above it may be either more usage or another price, and stays
 * unexplained.
 */
export const explainDollars = (days: readonly UsageDay[], steps: Steps): GapDay[] => {
  const estimated = days.map((day) => day.estimated);
  if (estimated.every((dollars) => dollars === 0))
    return days.map((day) => gapDay(day, { ownBilled: day.billed, share: 1, parts: [{ unpriced: day.billed }] }));
  const billed = days.map((day) => day.billed);
  const timing = findTiming(estimated, billed);
  const late = lateAmounts(timing, days.length, () => 1);
  const own = days.map((day, i) => day.billed - late[i]!);
  const points = own.map((y, i) => ({
    x: timing.short.has(i) ? 0 : estimated[i]!,
    y,
    lines: [],
    lineCount: days[i]!.lines.length,
  }));
  const levels = fitLevels(points, steps.cost);
  const split = splitLevels({
    levels,
    price: days.map(() => 1),
    isCommitted: days.map(() => false),
    known: NOTHING_KNOWN,
  });
  const first = split[0]!.list;
  return days.map((day, i) => {
    const { list, paid } = split[i]!;
    const [x, ownBilled] = [estimated[i]!, own[i]!];
    const rest = ownBilled - x * list * paid;
    const bound = levels[i]!.slack * steps.cost * day.lines.length;
    const part = timing.short.has(i) ? 'unbilled' : restPart(rest, { bound, paid, ownBilled, atList: x * list });
    const parts: Partial<Parts>[] = [
      { timing: late[i]! },
      { unexplained: x * (first - 1) },
      { priceChange: x * (list - first) },
      { discount: x * list * (paid - 1) },
      { [part]: rest },
    ];
    return gapDay(day, { ownBilled, share: 1, parts });
  });
};
