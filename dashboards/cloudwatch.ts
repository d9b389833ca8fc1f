import type { Config } from '../core/config.ts';
import { ANY, CHOICES, valuesOf } from './chosen.ts';
import type { CloudWatchQuery, DashboardSpec, Panel } from './panel.ts';
import { insightsExpression, isNamed, isSearch, numbered, type SearchOptions, searchExpression } from './search.ts';

export interface CloudWatchOptions {
  region: string;
  /** Where alarms begin, by the alarm's id. */
  thresholds: Readonly<Record<string, { value: number; title: string }>>;
  deployments: Config['deployments'];
  apiId?: string;
}

const WIDTH = 8;
const HEIGHT = 6;
const ACROSS = 24;
const PERIOD_S = 300;
/** AWS's own red. */
const RED = '#d13212';

type Widget = Record<string, unknown>;

/** The body of a CloudWatch dashboard: what `PutDashboard` takes as JSON. Panels that CloudWatch has no numbers for are left out. */
export const cloudWatchDashboard = (spec: DashboardSpec, options: CloudWatchOptions): Record<string, unknown> => {
  const widgets: Widget[] = [];
  let y = 0;
  for (const { title, panels } of spec.sections) {
    const shown = panels.filter(({ cloudWatch }) => cloudWatch !== undefined);
    if (shown.length === 0) continue;
    widgets.push(text(`## ${title}`, y++, 1));
    shown.forEach((panel, i) => {
      const perRow = ACROSS / WIDTH;
      widgets.push(graph(panel, (i % perRow) * WIDTH, y + Math.floor(i / perRow) * HEIGHT, options));
    });
    y += Math.ceil(shown.length / (ACROSS / WIDTH)) * HEIGHT;
  }
  widgets.push(text(aboutOf(spec), y, 6));
  return { start: `-PT${spec.hours}H`, periodOverride: 'auto', variables: variablesOf(options.deployments), widgets };
};

const text = (markdown: string, y: number, height: number): Widget => ({
  type: 'text',
  x: 0,
  y,
  width: ACROSS,
  height,
  properties: { markdown },
});

const aboutOf = ({ title, about, sections }: DashboardSpec): string =>
  [
    `### ${title}`,
    about,
    '',
    ...sections.flatMap(({ panels }) =>
      panels.map((panel) => `- **${panel.title}** ${panel.about}${panel.cloudWatch ? '' : ' _In Grafana only._'}`),
    ),
  ].join('\n');

const graph = (panel: Panel, x: number, y: number, options: CloudWatchOptions): Widget => {
  const threshold = panel.alarm === undefined ? undefined : options.thresholds[panel.alarm];
  return {
    type: 'metric',
    x,
    y,
    width: WIDTH,
    height: HEIGHT,
    properties: {
      title: panel.title,
      view: 'timeSeries',
      stacked: false,
      region: options.region,
      period: PERIOD_S,
      metrics: metricsOf(panel, { apiId: options.apiId, modelTerms: CHOICES.map((choice) => `(${ANY[choice]})`) }),
      yAxis: { left: { label: panel.unit.replace(/[{}]/g, ''), showUnits: false, min: 0 } },
      ...(threshold && {
        annotations: { horizontal: [{ label: `alarm: ${threshold.title}`, value: threshold.value, color: RED }] },
      }),
    },
  };
};

const metricsOf = (panel: Panel, options: SearchOptions): unknown[][] => {
  const queries = numbered(panel);
  const several = queries.length > 1;
  const lines = queries.map(({ id, query }) => lineOf(id, query, several, options));
  return panel.math ? [...lines, [{ expression: panel.math.expression, label: panel.math.label, id: 'm' }]] : lines;
};

const lineOf = (id: string, query: CloudWatchQuery, several: boolean, options: SearchOptions): unknown[] => {
  if (!isSearch(query)) {
    const visible = query.isHidden ? { visible: false } : {};
    return [{ expression: insightsExpression(query), id, period: PERIOD_S, ...visible }];
  }
  const { find, stat } = query;
  if (isNamed(find)) return [find.namespace, find.name, { id, stat, period: PERIOD_S }];
  if (query.only === 'api' && options.apiId !== undefined)
    return [
      find.namespace,
      find.name,
      'ApiId',
      options.apiId,
      { id, stat, period: PERIOD_S, label: `${find.name} ${stat}` },
    ];
  const name = find.dimensions?.[0];
  const label = `${name ? `\${PROP('Dim.${name}')}` : ''}${several ? ` ${find.name} ${stat}` : ''}`.trim();
  return [{ expression: searchExpression(query, PERIOD_S, options), id, label }];
};

/** Nothing to choose from, no variable. */
const variablesOf = (deployments: Config['deployments']): Widget[] =>
  CHOICES.flatMap((choice) => {
    const values = valuesOf(choice, deployments);
    if (values.length === 0) return [];
    return {
      id: choice,
      type: 'pattern',
      pattern: ANY[choice],
      inputType: 'select',
      label: choice[0]!.toUpperCase() + choice.slice(1),
      defaultValue: ANY[choice],
      visible: true,
      values: [{ label: 'All', value: ANY[choice] }, ...values],
    };
  });
