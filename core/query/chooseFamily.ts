import { AppError } from '../errors.ts';
import { measuresOf } from '../rollups/fold.ts';
import { FAMILIES, type Family, type RollupKind } from '../telemetry/families.ts';
import { percentile } from './context.ts';

/**
 * The families that can answer: those that keep the measure and have all the dimensions, the cheapest first and those
 * fine enough for the step before those that are not. Throws AppError invalidInput that names what is possible.
 *
 * @param stepMs 0 = any
 * @param stats a percentile needs a family that keeps a sketch of the measure
 */
export const familiesFor = (of: {
  event: RollupKind;
  measure: string;
  dimensions: readonly string[];
  stepMs: number;
  stats?: readonly string[];
}): Family[] => {
  const isQuantile = of.stats?.some((stat) => percentile(stat) !== undefined) ?? false;
  const keeping = FAMILIES.filter(
    (family) =>
      family.event === of.event &&
      keeps(family, of.measure) &&
      (!isQuantile || (family.sketches?.includes(of.measure) ?? true)),
  );
  const fitting = keeping.filter(({ dimensions }) => of.dimensions.every((name) => dimensions.includes(name)));
  if (fitting.length === 0) {
    const possible = keeping.map(({ dimensions }) => dimensions.join(', ')).join(' | ');
    const asked = of.dimensions.join(', ');
    const what = isQuantile ? `no series keeps percentiles by ${asked}` : `no series has ${asked} together`;
    throw new AppError('invalidInput', `${what}; possible together are: ${possible}`, {
      problems: [{ path: 'groupBy', message: `use dimensions of one of these series: ${possible}` }],
    });
  }
  const isFine = (family: Family) => of.stepMs === 0 || family.baseStepMs <= of.stepMs;
  return [
    ...fitting.filter(isFine),
    ...fitting.filter((family) => !isFine(family)).sort((a, b) => a.baseStepMs - b.baseStepMs),
  ];
};

const keeps = (family: Family, measure: string) => measuresOf(family).some(({ name }) => name === measure);
