import type { CostLabels } from '../entry.ts';
import type { ExplainedMatch } from './reconcile.ts';

/** What a measured dollar of the estimate costs on the bill. To be shown beside the estimate; nothing applies it. */
export interface CorrectionFactor {
  service: string;
  /** What it is of: the labels that were matched. */
  labels: CostLabels;
  /** Closed days with an estimate, at most as many as were asked for. */
  days: number;
  estimated: number;
  billed: number;
  /** billed / estimated. */
  factor: number;
}

/** [] where one of the two is nothing. @param range days, counted from the epoch; `to` is not included */
export const factorOf = (
  service: string,
  { labels, days }: ExplainedMatch,
  { from, to }: { from: number; to: number },
): CorrectionFactor[] => {
  const closed = days.filter(({ day }) => day >= from && day < to);
  const estimated = closed.reduce((sum, day) => sum + day.estimated, 0);
  const billed = closed.reduce((sum, day) => sum + day.billed, 0);
  if (!(estimated > 0 && billed > 0)) return [];
  const count = closed.filter((day) => day.estimated > 0).length;
  return [{ service, labels, days: count, estimated, billed, factor: billed / estimated }];
};
