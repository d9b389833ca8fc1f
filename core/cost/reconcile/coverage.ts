import type { GapDay } from './gapDay.ts';

/** How much of a service's bill telemetry explains. Usage only: taxes, credits and purchases are nobody's to meter. */
export interface ServiceCoverage {
  service: string;
  billed: number;
  /** Billed dollars of usage that telemetry knows of, with a price or without. */
  metered: number;
  /** metered / billed, 0 to 1. */
  meteredRatio: number;
  /** (billed − |unexplained|) / billed, 0 to 1: what has a name, with or without telemetry. */
  explainedRatio: number;
}

/** [] where nothing is billed. */
export const coverageOf = (service: string, days: readonly GapDay[]): ServiceCoverage[] => {
  const billed = days.reduce((sum, day) => sum + day.billed, 0);
  if (!(billed > 0)) return [];
  const metered = days.reduce((sum, day) => sum + day.metered, 0);
  const unexplained = days.reduce((sum, { parts }) => sum + Math.abs(parts.unexplained), 0);
  return [
    {
      service,
      billed,
      metered,
      meteredRatio: ratio(metered, billed),
      explainedRatio: ratio(billed - unexplained, billed),
    },
  ];
};

const ratio = (part: number, whole: number): number => Math.min(1, Math.max(0, part / whole));
