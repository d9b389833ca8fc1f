import { describe, expect, it } from 'vitest';
import { Config } from '../../core/config.ts';
import { thresholdsOf } from '../../core/metrics/alarms.ts';
import { athenaSql } from '../../dashboards/athena.ts';
import { grafanaDashboard } from '../../dashboards/grafana.ts';
import { ALL_DASHBOARDS } from '../../dashboards/panels.ts';

interface Body {
  uid: string;
  schemaVersion: number;
  time: { from: string };
  timepicker: { refresh_intervals: string[] };
  graphTooltip: number;
  editable: boolean;
  annotations: { list: { name: string }[] };
  templating: { list: { name: string; type: string }[] };
  panels: {
    id: number;
    type: string;
    title: string;
    gridPos: { x: number; y: number; w: number; h: number };
    datasource?: { uid: string };
    targets?: Record<string, unknown>[];
    fieldConfig?: { defaults: { unit: string; thresholds: { steps: { value: number | null }[] } } };
  }[];
}

const render = (id: string) =>
  grafanaDashboard(ALL_DASHBOARDS.find((spec) => spec.id === id)!, {
    thresholds: thresholdsOf(Config.parse({})),
  }) as unknown as Body;

describe('dashboards of Grafana', () => {
  it.each(ALL_DASHBOARDS.map(({ id }) => id))('have what Grafana needs to import them: %s', (id) => {
    const body = render(id);

    expect(body.uid).toMatch(/^[\w-]{1,40}$/);
    expect(body.templating.list.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'cloudwatch datasource',
      'athena datasource',
      'team query',
      'project query',
      'deployment query',
    ]);
    expect(new Set(body.panels.map((panel) => panel.id)).size).toBe(body.panels.length);
    for (const { type, gridPos, targets } of body.panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      if (type === 'row') continue;
      expect(targets!.length).toBeGreaterThan(0);
      expect(new Set(targets!.map(({ refId }) => refId)).size).toBe(targets!.length);
      for (const { datasource } of targets!)
        expect((datasource as { uid: string }).uid).toMatch(/^\$\{(cloudwatch|athena)\}$/);
    }
  });

  it('place no panel on another', () => {
    for (const { id } of ALL_DASHBOARDS) {
      const taken = new Set<string>();
      for (const { x, y, w, h } of render(id).panels.map(({ gridPos }) => gridPos))
        for (let column = x; column < x + w; column++)
          for (let row = y; row < y + h; row++) {
            expect(taken.has(`${column} ${row}`)).toBe(false);
            taken.add(`${column} ${row}`);
          }
    }
  });

  it('have for the API the options that were asked for', () => {
    const body = render('api-performance');

    expect(body).toMatchObject({ uid: 'api-performance', time: { from: 'now-6h' }, graphTooltip: 1, editable: true });
    expect(body.timepicker.refresh_intervals.join(' ')).toBe('5s 10s 30s 1m 5m 15m 30m 1h 2h 1d');
    expect(body.annotations.list[0]!.name).toBe('Annotations & Alerts');
  });

  it('draw the alarm’s line in the metric’s own unit', () => {
    const { fieldConfig } = render('gpu-fleet').panels.find(({ title }) => title === 'Least free VRAM')!;

    expect(fieldConfig!.defaults).toMatchObject({ unit: 'mbytes', thresholds: { steps: [{}, { value: 1024 }] } });
  });

  it('ask Athena for the days of the range only, and for the chosen teams, projects and deployments', () => {
    const sql = athenaSql({ from: 'inference', value: 'count(*)', by: 'model', where: `status <> 'ok'` });

    expect(sql).toMatchInlineSnapshot(`
      "SELECT $__timeGroup("timestamp", '5m') AS time, coalesce(model, '(none)') AS label, count(*) AS value
      FROM "inference"
      WHERE day BETWEEN '\${__from:date:YYYY-MM-DD}' AND '\${__to:date:YYYY-MM-DD}'
        AND $__timeFilter("timestamp")
        AND ('All' IN (\${team:sqlstring}) OR "team" IN (\${team:sqlstring}))
        AND ('All' IN (\${project:sqlstring}) OR "project" IN (\${project:sqlstring}))
        AND ('All' IN (\${deployment:sqlstring}) OR "deployment" IN (\${deployment:sqlstring}))
        AND (status <> 'ok')
      GROUP BY 1, 2
      ORDER BY 1"
    `);
  });
});
