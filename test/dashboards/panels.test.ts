import { describe, expect, it } from 'vitest';
import { FLEET_ALARMS, OWN_ALARMS } from '../../core/metrics/alarms.ts';
import { BEDROCK, SAGEMAKER } from '../../core/metrics/cloudWatch.ts';
import { SERIES_FAMILIES } from '../../core/sources/cloudWatch/plan.ts';
import { COLUMNS } from '../../core/telemetry/archiveColumns.ts';
import { EVENT_KINDS } from '../../core/telemetry/events.ts';
import { ALL_DASHBOARDS, DEFAULT_DASHBOARDS, dashboardsOf } from '../../dashboards/panels.ts';

const panels = ALL_DASHBOARDS.flatMap(({ sections }) => sections.flatMap((section) => section.panels));

describe('what dashboards show', () => {
  it('is the System Overview, AI Models and the GPU Fleet unless more is asked for: a fourth would cost', () => {
    expect(DEFAULT_DASHBOARDS.map(({ id }) => id)).toEqual(['system-overview', 'ai-models', 'gpu-fleet']);
    expect(dashboardsOf(['cost', 'cost']).map(({ id }) => id)).toEqual([
      'system-overview',
      'ai-models',
      'gpu-fleet',
      'cost',
    ]);
  });

  it('answers every row that asks for a dashboard or a panel, but those of drift, which no source of a dashboard holds', () => {
    const number = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
    const rows = [
      ...number(62, 89).map((n) => `001.0${n}`),
      ...number(40, 49).map((n) => `004.0${n}`),
      ...number(89, 95).map((n) => `004.0${n}`),
      ...number(58, 67).map((n) => `003.0${n}`),
    ];

    const shown = new Set([...ALL_DASHBOARDS, ...panels].flatMap((each) => each.rows));

    expect(rows.filter((row) => !shown.has(row))).toEqual(['004.094', '004.095']);
  });

  it('has a source for every panel, and draws lines of alarms that exist', () => {
    const alarms = new Set([...OWN_ALARMS, ...FLEET_ALARMS].map(({ id }) => id));

    expect(panels.filter(({ cloudWatch, athena }) => !cloudWatch && !athena)).toEqual([]);
    expect(panels.filter(({ alarm }) => alarm !== undefined && !alarms.has(alarm))).toEqual([]);
  });

  it('asks the archive for columns that it has', () => {
    const words = /'[^']*'|"(\w+)"|[A-Za-z_]\w*/g;
    const sql = new Set(
      'avg IF abs try_cast AS double count sum sqrt power coalesce CAST approx_percentile approx_distinct IS NOT NULL'.split(
        ' ',
      ),
    );
    const unknown = panels.flatMap(({ title, athena }) => {
      if (!athena) return [];
      const columns = new Set(COLUMNS[athena.from].map(({ name }) => name));
      const text = [athena.value, athena.by, athena.where].filter(Boolean).join(' ');
      const names = [...text.matchAll(words)].map((match) => match[1] ?? match[0]);
      return names
        .filter((name) => !name.startsWith("'") && !sql.has(name) && !columns.has(name))
        .map((name) => [title, name]);
    });

    expect(EVENT_KINDS.length).toBeGreaterThan(0);
    expect(unknown).toEqual([]);
  });

  it('names metrics of Bedrock and SageMaker as those that are read from there', () => {
    const known = new Set(
      SERIES_FAMILIES.flatMap(({ namespace, metrics }) => Object.keys(metrics).map((name) => `${namespace} ${name}`)),
    );
    const shown = [...Object.values(BEDROCK), ...Object.values(SAGEMAKER)];

    expect(shown.filter(({ namespace, name }) => !known.has(`${namespace} ${name}`))).toEqual([]);
  });
});
