import { describe, expect, it } from 'vitest';
import { Config } from '../../core/config.ts';
import { thresholdsOf } from '../../core/metrics/alarms.ts';
import { ANY, CHOICES } from '../../dashboards/chosen.ts';
import { cloudWatchDashboard } from '../../dashboards/cloudwatch.ts';
import { ALL_DASHBOARDS } from '../../dashboards/panels.ts';
import { MAX_SEARCH } from '../../dashboards/search.ts';

const DEPLOYMENTS = {
  answers: { team: 'search', project: 'shop', model: 'anthropic.claude-sonnet-4-20250514-v1:0' },
  tickets: { team: 'support', project: 'shop' },
};
const config = Config.parse({ deployments: DEPLOYMENTS, thresholds: { gpuTemperatureC: 77 } });
const render = (id: string, apiId?: string) =>
  cloudWatchDashboard(ALL_DASHBOARDS.find((spec) => spec.id === id)!, {
    region: 'eu-west-1',
    thresholds: thresholdsOf(config),
    deployments: config.deployments,
    ...(apiId && { apiId }),
  }) as unknown as Body;

interface Body {
  variables: { id: string; type: string; pattern: string; values: { label: string; value: string }[] }[];
  widgets: { type: string; x: number; y: number; width: number; height: number; properties: Properties }[];
}
interface Properties {
  title: string;
  metrics: (string | Record<string, unknown>)[][];
  annotations?: { horizontal: { value: number; label: string }[] };
}

const widget = (body: Body, title: string) => body.widgets.find(({ properties }) => properties.title === title)!;
const expressions = (body: Body) =>
  body.widgets.flatMap(({ properties }) =>
    (properties.metrics ?? []).flatMap((line) => {
      const last = line.at(-1);
      return typeof last === 'object' && typeof last.expression === 'string' ? [last.expression] : [];
    }),
  );

describe('dashboards of CloudWatch', () => {
  it.each(ALL_DASHBOARDS.map(({ id }) => id))('keep within the bounds that CloudWatch documents: %s', (id) => {
    const body = render(id);

    // "Dashboard Body Structure and Syntax": 500 widgets, 24 columns, 500 metrics a widget; a search of 1,024 characters.
    expect(body.widgets.length).toBeLessThanOrEqual(500);
    for (const { type, x, y, width, height, properties } of body.widgets) {
      expect(['metric', 'text']).toContain(type);
      expect(x + width).toBeLessThanOrEqual(24);
      expect(Math.min(width, height)).toBeGreaterThanOrEqual(1);
      expect(Number.isInteger(y) && height <= 1000).toBe(true);
      const ids = (properties.metrics ?? []).map((line) => (line.at(-1) as { id?: string }).id);
      expect(ids.every((one) => /^[a-z]\w*$/.test(one!))).toBe(true);
      expect(new Set(ids).size).toBe(ids.length);
    }
    expect(expressions(body).filter((text) => text.length > MAX_SEARCH)).toEqual([]);
  });

  it('place no graph on another', () => {
    for (const { id } of ALL_DASHBOARDS) {
      const taken = new Set<string>();
      for (const { x, y, width, height } of render(id).widgets)
        for (let column = x; column < x + width; column++)
          for (let row = y; row < y + height; row++) {
            expect(taken.has(`${column} ${row}`)).toBe(false);
            taken.add(`${column} ${row}`);
          }
    }
  });

  it('draw the number that the alarm has, whatever the configuration says', () => {
    expect(widget(render('gpu-fleet'), 'Hottest GPU').properties.annotations).toEqual({
      horizontal: [{ label: 'alarm: A GPU is hot', value: 77, color: '#d13212' }],
    });
  });

  it('ask for the fleet without a word on its hosts, GPUs or drivers', () => {
    expect(widget(render('gpu-fleet'), 'Least free VRAM').properties.metrics[0]![0]).toMatchObject({
      expression:
        'SELECT MIN(nvidia_smi_memory_free) FROM "Modelmeter/Fleet" GROUP BY InstanceId ORDER BY MIN() ASC LIMIT 50',
    });
  });

  it('choose by team, project and deployment, in words that need no quotation marks', () => {
    const body = render('ai-models');

    expect(body.variables.map(({ id }) => id)).toEqual(['team', 'project', 'deployment']);
    expect(body.variables[0]!.values).toEqual([
      { label: 'All', value: 'NOT anyteam' },
      { label: 'search', value: '(answers) OR (anthropic claude sonnet 4 20250514 v1 0)' },
      { label: 'support', value: '(tickets)' },
    ]);
    const searches = expressions(body).filter((text) => text.includes('AWS/Bedrock'));
    expect(searches.length).toBeGreaterThan(0);
    for (const text of searches) for (const choice of CHOICES) expect(text).toContain(`(${ANY[choice]})`);
  });

  it('stay within the length of a search even when the longest values are chosen', () => {
    const many = Object.fromEntries(
      Array.from({ length: 50 }, (_, i) => [`deployment-with-a-long-name-${i}`, { team: 'big', project: `p${i}` }]),
    );
    const body = cloudWatchDashboard(ALL_DASHBOARDS.find(({ id }) => id === 'ai-models')!, {
      region: 'eu-west-1',
      thresholds: {},
      deployments: many,
    }) as unknown as Body;
    const longest = body.variables.map(({ values }) => Math.max(...values.map(({ value }) => value.length)));

    const length = Math.max(...expressions(body).map((text) => text.length));

    expect(length + longest.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(MAX_SEARCH);
  });

  it('show only our API where its id is known', () => {
    expect(widget(render('api-performance', 'abc123'), 'Request rate').properties.metrics).toEqual([
      ['AWS/ApiGateway', 'Count', 'ApiId', 'abc123', { id: 'q0', stat: 'Sum', period: 300, label: 'Count Sum' }],
    ]);
  });
});
