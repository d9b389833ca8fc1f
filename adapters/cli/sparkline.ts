const LEVELS = '▁▂▃▄▅▆▇█';

/**
 * Values as a line of small bars, scaled from their least to their greatest. Where there are more values than `width`,
 * neighbours are averaged. A gap is a blank; equal values are a flat line.
 */
export const sparkline = (values: readonly (number | null)[], width: number): string => {
  const columns = Math.min(width, values.length);
  const means = Array.from({ length: columns }, (_, column) => {
    const from = Math.floor((column * values.length) / columns);
    const to = Math.floor(((column + 1) * values.length) / columns);
    return mean(values.slice(from, to).filter((value) => value !== null));
  });
  const known = means.filter((value) => value !== null);
  const min = Math.min(...known);
  const span = Math.max(...known) - min;
  return means
    .map((value) => {
      if (value === null) return ' ';
      return LEVELS[span > 0 ? Math.min(LEVELS.length - 1, Math.floor(((value - min) / span) * LEVELS.length)) : 0];
    })
    .join('');
};

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
