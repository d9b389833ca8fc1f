import { median } from './robust.ts';

export type Compared =
  | {
      kind: 'compared';
      own: number;
      /** What it is compared with: the median of the others, a quote, a published figure. */
      other: number;
      /** own / other − 1: negative = cheaper (of costs), lower (of anything else). */
      difference: number;
      /** Share of the others that are above, 0 to 1; absent where there is one only. */
      above?: number;
      of: number;
    }
  | { kind: 'unknown'; reason: string };

/**
 * A figure against others of its kind: its own past periods, or the same figure of similar models of the fleet.
 *
 * @param least how many others are enough for a median
 */
export const against = (own: number | null, others: readonly (number | null)[], least = 3): Compared => {
  const known = others.filter((other) => other !== null);
  if (own === null) return { kind: 'unknown', reason: 'the figure itself is not known' };
  if (known.length < least) return { kind: 'unknown', reason: `${known.length} to compare with, ${least} are needed` };
  const other = median(known);
  if (other === 0) return { kind: 'unknown', reason: 'the others are 0' };
  const above = known.filter((value) => value > own).length / known.length;
  return { kind: 'compared', own, other, difference: own / other - 1, above, of: known.length };
};

/** A list price of another provider for comparable capacity. Nothing is compared without source and date. */
export interface CloudQuote {
  provider: string;
  instanceType: string;
  region?: string;
  usdPerHour: number;
  source: string;
  asOf: string;
}

/** What an hour costs against quotes of other clouds, the cheapest first; [] where there are none or the own is unknown. */
export const againstClouds = (usdPerHour: number | null, quotes: readonly CloudQuote[]) =>
  usdPerHour === null
    ? []
    : quotes
        .filter((quote) => quote.usdPerHour > 0)
        .map((quote) => ({ ...quote, difference: usdPerHour / quote.usdPerHour - 1 }))
        .toSorted((a, b) => a.usdPerHour - b.usdPerHour);

/** What an industry figure is of, in the words of `CostFacts` and unit costs. */
export type IndustryMetric = 'gpuUtilization' | 'tokenCostYearRatio';

export interface IndustryFigure {
  metric: IndustryMetric;
  value: number;
  meaning: string;
  source: string;
  url: string;
  /** When it was published, YYYY-MM-DD. */
  asOf: string;
}

/**
 * Published figures, each with its source and date as found in it. Few on purpose: what has no date is not here. They are of
 * other people's fleets, some from vendors who sell the remedy; none is a target.
 */
export const INDUSTRY: readonly IndustryFigure[] = [
  {
    metric: 'gpuUtilization',
    value: 0.05,
    meaning: 'mean GPU utilisation of about 23,000 Kubernetes clusters',
    source: 'Cast AI, State of Kubernetes Optimization Report, as reported the day it came out',
    url: 'https://thedailyscout.com/s/YO7Ioq_mXFU',
    asOf: '2026-04-21',
  },
  {
    metric: 'tokenCostYearRatio',
    value: 0.1,
    meaning: 'price of a token of equal quality (MMLU) after a year, as a share of the price before',
    source: 'G. Appenzeller, LLMflation, a16z',
    url: 'https://a16z.com/llmflation-llm-inference-cost',
    asOf: '2024-11-12',
  },
  {
    metric: 'tokenCostYearRatio',
    value: 1 / 9,
    meaning: 'the same over six benchmarks, where prices fell slowest (9 times a year; fastest 900)',
    source: 'Epoch AI, LLM inference prices have fallen rapidly but unequally across tasks',
    url: 'https://epoch.ai/data-insights/llm-inference-price-trends',
    asOf: '2025-03-12',
  },
];

/** Own figures beside what is published of the same; those that are unknown are left out. */
export const againstIndustry = (own: Partial<Record<IndustryMetric, number | null>>) =>
  INDUSTRY.flatMap((figure) => {
    const mine = own[figure.metric];
    return mine == null ? [] : [{ ...figure, own: mine, difference: mine / figure.value - 1 }];
  });
