import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import * as z from 'zod';
import { Config } from '../core/config.ts';
import { AppError, type Problem } from '../core/errors.ts';

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
  let schema: z.core.$ZodType = Config;
  for (const step of ['', ...at]) schema = unwrapped(step === '' ? schema : inside(schema, step));
  const objects = schema instanceof z.ZodDiscriminatedUnion ? schema.options : [schema];
  const names = objects.flatMap((each) => (each instanceof z.ZodObject ? Object.keys(each.shape) : []));
  return [...new Set(names)].join(', ') || '(none)';
};

const inside = (schema: z.core.$ZodType, step: string): z.core.$ZodType => {
  if (schema instanceof z.ZodObject) return schema.shape[step];
  if (schema instanceof z.ZodArray) return schema.element;
  return schema instanceof z.ZodRecord ? schema.valueType : schema;
};

const unwrapped = (schema: z.core.$ZodType): z.core.$ZodType =>
  schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional
    ? unwrapped(schema.unwrap())
    : schema;

const invalid = (path: string, problems: readonly Problem[], cause: unknown): AppError => {
  const said = problems.map((problem) => (problem.path ? `${problem.path}: ${problem.message}` : problem.message));
  return new AppError('invalidInput', `${path}: ${said.join('; ')}`, { problems, cause });
};
