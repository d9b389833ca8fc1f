import type { CloudWatchMetric } from '../core/metrics/cloudWatch.ts';

/** Every series of a metric that CloudWatch finds; percentiles too. */
export interface Search {
  find: CloudWatchMetric;
  /** `Sum`, `Average`, `Maximum`, `p95`, … */
  stat: string;
  /** Which of them: those of this API, of our functions, queues and tables, or of the chosen models; default all. */
  only?: 'api' | 'application' | 'models';
}

/** A Metrics Insights query: whatever dimensions a metric comes with. */
export interface Insights {
  select: 'MAX' | 'MIN' | 'AVG' | 'SUM' | 'COUNT';
  of: CloudWatchMetric;
  by?: 'InstanceId' | 'index';
  /** Only a term of the panel's `math`. */
  isHidden?: true;
}

export type CloudWatchQuery = Search | Insights;

/** A question to the archive, by Athena: one value per five minutes, or per day, and group. */
export interface Athena {
  /** Kind of event: the table. */
  from: 'inference' | 'outcome' | 'training' | 'activity' | 'deployment';
  value: string;
  by?: string;
  where?: string;
  every?: '5m' | '1d';
}

/** What one graph says, whoever draws it. It has a source for CloudWatch, for Athena, or both. */
export interface Panel {
  title: string;
  /** What a reader should know before believing it. */
  about: string;
  /** Rows of the requirements that ask for it. */
  rows: readonly string[];
  /** UCUM-like, as in the catalogue. */
  unit: string;
  cloudWatch?: readonly CloudWatchQuery[];
  /** Computed of the queries, which are called q0, q1, …; single series only. */
  math?: { expression: string; label: string };
  athena?: Athena;
  /** The alarm whose threshold is drawn. */
  alarm?: string;
}

export interface Section {
  title: string;
  panels: readonly Panel[];
}

export interface DashboardSpec {
  /** Also its file's name and its uid in Grafana. */
  id: string;
  title: string;
  about: string;
  rows: readonly string[];
  /** Hours that are shown at first. */
  hours: number;
  sections: readonly Section[];
}
