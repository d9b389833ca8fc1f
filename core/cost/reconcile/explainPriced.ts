import { type GapDay, gapDay, restPart, shareMetered } from './gapDay.ts';
import type { Parts } from './parts.ts';
import type { DayLevels, Steps } from './priceLevels.ts';
import type { UsageDay } from './series.ts';
import { lateAmounts } from './timing.ts';
import { type AlignedUsage, isRoundedUsage } from './usage.ts';

/** Usage that both count and that the estimate has a price for: volume, list price, discount, and the rest. */
export const explainPriced = (
  days: readonly UsageDay[],
  usage: AlignedUsage,
  levels: readonly DayLevels[],
  steps: Steps,
): GapDay[] => {
  const { unitPrice: price, metered, priced, onItsDay, timing } = usage;
  const late = lateAmounts(timing, days.length, (i) => price[i]! * levels[i]!.list * levels[i]!.paid);
  const volumes = days.map((_, i) => (onItsDay[i]! - metered[i]!) * price[i]!);
  const volumePart = volumeParts(days, usage, volumes);
  return days.map((day, i) => {
    const { list, paid, slack } = levels[i]!;
    const atEstimate = onItsDay[i]! * price[i]!;
    const atList = atEstimate * list;
    const ownBilled = day.billed - late[i]!;
    const rest = ownBilled - atList * paid;
    const bound = slack * steps.cost * day.lines.length;
    const parts: Partial<Parts>[] = [
      { timing: late[i]! },
      { [volumePart(i)]: volumes[i]! },
      { unpriced: (metered[i]! - priced[i]!) * price[i]! },
      { priceChange: atEstimate * (list - 1) },
      { [paid <= 1 ? 'discount' : 'unexplained']: atList * (paid - 1) },
      { [restPart(rest, { bound, paid, ownBilled, atList })]: rest },
    ];
    return gapDay(day, { ownBilled, share: shareMetered(metered[i]!, onItsDay[i]!), parts });
  });
};

/**
 * What more or less usage on a day is called. Small deviations go with the month's: telemetry that misses some requests on
 * most days misses fewer than none on no day.
 */
const volumeParts = (days: readonly UsageDay[], usage: AlignedUsage, volumes: readonly number[]) => {
  if (isRoundedUsage(days, usage)) return () => 'rounding';
  const { short } = usage.timing;
  const isMore = volumes.reduce((sum, volume, i) => sum + (short.has(i) ? 0 : volume), 0) >= 0;
  return (i: number) => (isMore && !short.has(i) ? 'missingUsage' : 'unbilled');
};
