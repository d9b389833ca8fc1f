import { athenaSql, valuesSql } from './athena.ts';
import { CHOICES } from './chosen.ts';
import type { CloudWatchQuery, DashboardSpec, Panel } from './panel.ts';
import { insightsExpression, isNamed, isSearch, numbered, searchExpression } from './search.ts';

export interface GrafanaOptions {
  /** Where alarms begin, by the alarm's id. */
  thresholds: Readonly<Record<string, { value: number; title: string }>>;
  apiId?: string;
}

/** Which Grafana wrote such dashboards: 11. Newer ones read them and bring them up to date. */
const SCHEMA_VERSION = 39;
const WIDTH = 8;
const HEIGHT = 8;
const ACROSS = 24;
const REFRESH = ['5s', '10s', '30s', '1m', '5m', '15m', '30m', '1h', '2h', '1d'];

/** Data sources are chosen in the dashboard, so that it can be imported anywhere. */
const chosen = (variable: string) => `$\{${variable}}`;
const CLOUDWATCH = { type: 'cloudwatch', uid: chosen('cloudwatch') };
const ATHENA = { type: 'grafana-athena-datasource', uid: chosen('athena') };
const MIXED = { type: 'datasource', uid: '-- Mixed --' };

const UNITS: Readonly<Record<string, string>> = {
  '%': 'percent',
  ms: 'ms',
  us: 'µs',
  s: 's',
  By: 'bytes',
  MiBy: 'mbytes',
  Cel: 'celsius',
  W: 'watt',
  USD: 'currencyUSD',
};

type Json = Record<string, unknown>;

/** A Grafana dashboard as JSON that can be imported or provisioned. */
export const grafanaDashboard = (spec: DashboardSpec, options: GrafanaOptions): Json => {
  const panels: Json[] = [];
  let y = 0;
  for (const section of spec.sections) {
    const place = (x: number, w: number, h: number) => ({ id: panels.length + 1, gridPos: { x, y, w, h } });
    panels.push({ ...place(0, ACROSS, 1), type: 'row', title: section.title, collapsed: false, panels: [] });
    y += 1;
    section.panels.forEach((panel, i) => {
      const column = i % (ACROSS / WIDTH);
      if (i > 0 && column === 0) y += HEIGHT;
      panels.push({ ...place(column * WIDTH, WIDTH, HEIGHT), ...graph(panel, options) });
    });
    y += HEIGHT;
  }
  return {
    uid: spec.id,
    title: spec.title,
    description: spec.about,
    tags: ['modelmeter'],
    schemaVersion: SCHEMA_VERSION,
    version: 1,
    editable: true,
    style: 'dark',
    graphTooltip: 1, // one crosshair for all graphs
    timezone: 'browser',
    time: { from: `now-${spec.hours}h`, to: 'now' },
    refresh: '5m',
    timepicker: { refresh_intervals: REFRESH },
    annotations: { list: [ALERTS] },
    templating: { list: [...SOURCES, ...CHOICES.map(variable)] },
    links: [],
    panels,
  };
};

const ALERTS = {
  builtIn: 1,
  datasource: { type: 'grafana', uid: '-- Grafana --' },
  enable: true,
  hide: true,
  iconColor: 'rgba(0, 211, 255, 1)',
  name: 'Annotations & Alerts',
  type: 'dashboard',
};

const SOURCES: readonly Json[] = [
  { name: 'cloudwatch', label: 'CloudWatch', type: 'datasource', query: 'cloudwatch', hide: 0, refresh: 1 },
  { name: 'athena', label: 'Athena', type: 'datasource', query: ATHENA.type, hide: 0, refresh: 1 },
];

const variable = (name: string): Json => ({
  name,
  label: name[0]!.toUpperCase() + name.slice(1),
  type: 'query',
  datasource: ATHENA,
  query: { rawSQL: valuesSql(name), format: 1, connectionArgs: CONNECTION, refId: name },
  refresh: 1, // when the dashboard is opened: each time costs a query
  multi: true,
  includeAll: true,
  allValue: "'All'", // put into the query as it is, not as a value
  current: { text: 'All', value: '$__all' },
  sort: 1,
  hide: 0,
});

const CONNECTION = {
  catalog: '__default',
  database: '__default',
  region: '__default',
  resultReuseEnabled: true,
  resultReuseMaxAgeInMinutes: 5,
};

const graph = (panel: Panel, options: GrafanaOptions): Json => {
  const targets = targetsOf(panel, options);
  const threshold = panel.alarm === undefined ? undefined : options.thresholds[panel.alarm];
  const steps = [{ color: 'green', value: null }, ...(threshold ? [{ color: 'red', value: threshold.value }] : [])];
  return {
    type: 'timeseries',
    title: panel.title,
    description: threshold ? `${panel.about} The line is the alarm’s: ${threshold.title}.` : panel.about,
    datasource: panel.cloudWatch && panel.athena ? MIXED : panel.athena ? ATHENA : CLOUDWATCH,
    targets,
    fieldConfig: {
      defaults: {
        unit: UNITS[panel.unit] ?? 'short',
        min: 0,
        thresholds: { mode: 'absolute', steps },
        custom: {
          drawStyle: panel.athena?.every === '1d' ? 'bars' : 'line',
          fillOpacity: 10,
          thresholdsStyle: { mode: threshold ? 'line' : 'off' },
        },
      },
      overrides: [],
    },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
  };
};

const targetsOf = (panel: Panel, options: GrafanaOptions): Json[] => {
  const targets = numbered(panel).map(({ id, query }) => ({ ...target(query, options), id }));
  if (panel.math) targets.push({ ...math(panel.math), id: 'm' });
  const all: Json[] = [
    ...targets,
    ...(panel.athena
      ? [{ datasource: ATHENA, rawSQL: athenaSql(panel.athena), format: 0, connectionArgs: CONNECTION }]
      : []),
  ];
  return all.map((each, i) => ({ refId: String.fromCharCode(65 + i), ...each }));
};

const METRICS = { datasource: CLOUDWATCH, queryMode: 'Metrics', region: 'default' };

const target = (query: CloudWatchQuery, { apiId }: GrafanaOptions): Json => {
  if (!isSearch(query)) {
    const sqlExpression = insightsExpression(query);
    return { ...METRICS, metricQueryType: 1, metricEditorMode: 1, sqlExpression, hide: query.isHidden ?? false };
  }
  const { find, stat } = query;
  if (isNamed(find)) {
    const named = {
      namespace: find.namespace,
      metricName: find.name,
      dimensions: {},
      statistic: stat,
      matchExact: true,
    };
    return { ...METRICS, metricQueryType: 0, metricEditorMode: 0, ...named, period: 'auto' };
  }
  const expression = searchExpression(query, 300, { apiId, modelTerms: [] });
  return { ...METRICS, metricQueryType: 0, metricEditorMode: 1, expression };
};

const math = ({ expression, label }: NonNullable<Panel['math']>): Json => ({
  ...METRICS,
  metricQueryType: 0,
  metricEditorMode: 1,
  expression,
  label,
});
