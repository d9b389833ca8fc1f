import { AppError, type Problem } from '../../core/errors.ts';
import type { ArchiveKind, ArchiveQuery } from '../../core/ports.ts';
import { timeParam } from '../../core/query/time.ts';
import { EVENT_KINDS } from '../../core/telemetry/events.ts';
import type { RollupQuery } from '../../core/usecases/exportRollups.ts';

export const EXPORT_FORMATS = ['ndjson', 'csv', 'parquet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
export const EXPORT_KINDS: readonly ArchiveKind[] = [...EVENT_KINDS, 'span', 'log'];

/** Reads the parameters of an export of events; throws AppError invalidInput that names every one that is wrong. */
export const readEventExport = (params: URLSearchParams, nowMs: number): ArchiveQuery & { format: ExportFormat } => {
  const reader = paramReader(params, ['kind', 'from', 'to', 'limit', 'format'], nowMs);
  const kind = reader.oneOf('kind', EXPORT_KINDS, 'inference');
  const common = { ...reader.range(), format: reader.oneOf('format', EXPORT_FORMATS, 'ndjson') };
  const limit = reader.count('limit');
  reader.check();
  return { kind, ...common, ...(limit !== undefined && { limit }) };
};

/** As `readEventExport`, of rollups. */
export const readRollupExport = (params: URLSearchParams, nowMs: number): RollupQuery & { format: ExportFormat } => {
  const reader = paramReader(params, ['family', 'from', 'to', 'format'], nowMs);
  const common = { ...reader.range(), format: reader.oneOf('format', EXPORT_FORMATS, 'ndjson') };
  reader.check();
  return { ...common, family: params.get('family') ?? undefined };
};

const paramReader = (params: URLSearchParams, known: readonly string[], nowMs: number) => {
  const problems: Problem[] = [];
  const problem = (path: string, message: string) => problems.push({ path, message });
  for (const name of new Set(params.keys())) {
    if (!known.includes(name)) problem(name, `unknown parameter; known are ${known.join(', ')}`);
    else if (params.getAll(name).length > 1) problem(name, 'given more than once');
  }
  const time = (name: string, otherwise: string): number => {
    const text = params.get(name) ?? otherwise;
    const read = timeParam(text, nowMs);
    if (typeof read === 'number') return read;
    problem(name, read);
    return Number.NaN; // it has its fault, and no comparison with it finds another
  };

  return {
    oneOf<T extends string>(name: string, values: readonly T[], otherwise: T): T {
      const text = params.get(name) ?? otherwise;
      const value = values.find((one) => one === text);
      if (value === undefined) problem(name, `expected one of ${values.join(', ')}, got "${text}"`);
      return value ?? otherwise;
    },
    range(): { fromMs: number; toMs: number } {
      const range = { fromMs: time('from', 'now-24h'), toMs: time('to', 'now') };
      if (range.fromMs >= range.toMs) problem('from', 'must be before to');
      return range;
    },
    count(name: string): number | undefined {
      const text = params.get(name);
      if (text === null) return undefined;
      if (!/^[1-9]\d{0,9}$/.test(text)) problem(name, `"${text}" is no whole number from 1`);
      return Number(text);
    },
    check(): void {
      if (problems.length === 0) return;
      const text = problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
      throw new AppError('invalidInput', text, { problems });
    },
  };
};
