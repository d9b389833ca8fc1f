import type { CloudWatchMetric } from '../core/metrics/cloudWatch.ts';
import type { CloudWatchQuery, Insights, Panel, Search } from './panel.ts';

/** How physical names of our functions, queues and tables begin: with their stack's name. */
const OURS = 'Modelmeter';

/** CloudWatch takes no longer search. */
export const MAX_SEARCH = 1_024;

export interface SearchOptions {
  /** The HTTP API's id; without it all APIs of the account are shown. */
  apiId?: string | undefined;
  /** Terms that choose models, see chosen.ts. */
  modelTerms: readonly string[];
}

export const isSearch = (query: CloudWatchQuery): query is Search => 'find' in query;

/** `SEARCH('{AWS/Lambda,FunctionName} MetricName="Errors" …', 'Sum', 300)`. Finds metrics that had a value within two weeks. */
export const searchExpression = ({ find, stat, only }: Search, periodS: number, options: SearchOptions): string => {
  const terms = [`MetricName="${find.name}"`];
  if (only === 'application') terms.push(OURS);
  if (only === 'models') terms.push(...options.modelTerms);
  if (only === 'api' && options.apiId !== undefined) terms.push(`ApiId="${options.apiId}"`);
  return `SEARCH('{${[find.namespace, ...(find.dimensions ?? [])].join(',')}} ${terms.join(' ')}', '${stat}', ${periodS})`;
};

/** Metrics without dimensions are named, not found. */
export const isNamed = ({ dimensions }: CloudWatchMetric): boolean => dimensions?.length === 0;

/** Series that one graph shows at most. */
const MOST = 50;

/** `SELECT MIN(x) FROM "namespace" GROUP BY InstanceId ORDER BY MIN() ASC LIMIT 50`. */
export const insightsExpression = ({ select, of, by }: Insights): string => {
  const name = /^\w+$/.test(of.name) ? of.name : `"${of.name}"`;
  const group = by ? ` GROUP BY ${by} ORDER BY ${select}() ${select === 'MIN' ? 'ASC' : 'DESC'} LIMIT ${MOST}` : '';
  return `SELECT ${select}(${name}) FROM "${of.namespace}"${group}`;
};

/** Queries with the ids that a panel's `math` calls them by. */
export const numbered = ({ cloudWatch = [] }: Panel): { id: string; query: CloudWatchQuery }[] =>
  cloudWatch.map((query, i) => ({ id: `q${i}`, query }));
