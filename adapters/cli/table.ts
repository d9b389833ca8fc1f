/** Rows of cells as columns that line up; those named in `right` end at the same place. Without rows: the header alone. */
export const table = (
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: ReadonlySet<string> = new Set(),
): string => {
  const widths = header.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (right.has(header[i]!) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  return [line(header), ...rows.map(line)].join('\n');
};

/** A number for people: four significant digits, thousands marked; null is a dash. */
export const shortNumber = (value: number | null): string => {
  if (value === null) return '–';
  if (value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e15)) return value.toExponential(3);
  const isWhole = Number.isInteger(value) || Math.abs(value) >= 10_000;
  return value.toLocaleString('en', isWhole ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 4 });
};
