import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import * as z from 'zod';
import { AppError, type Problem } from '../../core/errors.ts';
import type { DeploymentAttributes } from '../../core/ports.ts';
import { DEFAULT_LIMITS } from '../../core/rollups/cardinality.ts';
import { ARCHIVE_DEFAULTS } from '../../core/usecases/archiveBatches.ts';
import { DEFAULT_RETENTION } from '../../core/usecases/expireRollups.ts';

const days = z.int().min(1).max(36_500);
const limit = z.int().min(1).max(10_000_000);
const name = z.string().min(1).max(256);

const Retention = z
  .strictObject({
    minuteDays: days.default(DEFAULT_RETENTION.minuteDays).describe('rollups finer than an hour'),
    hourDays: days.default(DEFAULT_RETENTION.hourDays).describe('hourly rollups'),
    dayDays: days.default(DEFAULT_RETENTION.dayDays).describe('daily rollups'),
    archiveDays: days.default(ARCHIVE_DEFAULTS.keepDays).describe('raw events, spans and logs'),
  })
  .refine(({ minuteDays, hourDays, dayDays }) => minuteDays <= hourDays && hourDays <= dayDays, {
    error: 'coarser steps must be kept at least as long as finer ones: minuteDays <= hourDays <= dayDays',
  });

const Cardinality = z.strictObject({
  valuesPerDimension: limit.default(DEFAULT_LIMITS.valuesPerDimension),
  valuesPerClient: limit.default(DEFAULT_LIMITS.valuesPerClient),
  seriesPerFamily: limit.default(DEFAULT_LIMITS.seriesPerFamily),
});

const Attributes = z.strictObject({
  model: name.optional(),
  modelVersion: name.optional(),
  variant: name.optional(),
  owner: name.optional(),
  team: name.optional(),
  project: name.optional(),
  environment: name.optional(),
  provider: name.optional(),
  account: name.optional(),
  region: name.optional(),
  instanceType: name.optional(),
} satisfies Record<keyof DeploymentAttributes, z.ZodType>);

/** What modelmeter.yaml may say. All of it has a default; an unknown name is an error. */
export const Config = z.strictObject({
  keepContent: z.boolean().default(false),
  hashClients: z.boolean().default(false),
  retention: Retention.prefault({}),
  cardinality: Cardinality.prefault({}),
  replicaLabels: z.array(name).default(['prometheus_replica', '__replica__']),
  allowedHosts: z.array(name).default([]).describe('host names, besides loopback, that requests may be addressed to'),
  deployments: z.record(name, Attributes).default({}),
});
export type Config = z.infer<typeof Config>;

/**
 * Reads the configuration; without a path every value is its default.
 *
 * @throws AppError invalidInput with every wrong value, its path and what was expected
 */
export const readConfig = (path?: string): Config =>
  path === undefined ? Config.parse({}) : parseConfig(readText(path), path);

/** As `readConfig`, of the file's text. An empty file is all defaults. */
export const parseConfig = (text: string, path: string): Config => {
  const document = parseDocument(text);
  const [syntax] = document.errors;
  if (syntax) throw invalid(path, [{ path: '', message: syntax.message.split('\n')[0]!.replace(/:$/, '') }], syntax);
  const result = Config.safeParse(document.toJS() ?? {}, { reportInput: true });
  if (result.success) return result.data;
  throw invalid(path, result.error.issues.flatMap(problemsOf), result.error);
};

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : message;
    throw new AppError('invalidInput', `cannot read the configuration ${path}: ${why}`, { cause });
  }
};

const problemsOf = (issue: z.core.$ZodIssue): Problem[] => {
  const at = issue.path.map(String);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...at, key].join('.'), message: `unknown name; known are ${known(at)}` }));
  const seen = issue.input === undefined ? '' : `, got ${JSON.stringify(issue.input)?.slice(0, 60)}`;
  return [{ path: at.join('.'), message: issue.code === 'custom' ? issue.message : `${issue.message}${seen}` }];
};

/** The names that may stand at a place. */
const known = (at: readonly string[]): string => {
  if (at.length === 0) return Object.keys(Config.shape).join(', ');
  const shape = { retention: Retention.shape, cardinality: Cardinality.shape, deployments: Attributes.shape }[at[0]!];
  return Object.keys(shape ?? {}).join(', ');
};

const invalid = (path: string, problems: readonly Problem[], cause: unknown): AppError => {
  const said = problems.map((problem) => (problem.path ? `${problem.path}: ${problem.message}` : problem.message));
  return new AppError('invalidInput', `${path}: ${said.join('; ')}`, { problems, cause });
};
