/** A series of CloudWatch: a metric of a namespace with its dimensions. */
export interface ProviderSeries {
  namespace: string;
  metric: string;
  dimensions: Readonly<Record<string, string>>;
}

/** What CloudWatch makes of a minute's values. */
export type Statistic = 'Sum' | 'SampleCount' | 'Maximum' | 'Average' | 'p95' | 'p99';

/** A statistic of a series, and the sample that it becomes. */
export interface Reading {
  stat: Statistic;
  /** A sample metric of the catalogue, or the `_sum` or `_count` of a histogram. */
  to: string;
  kind: 'delta' | 'gauge';
  /** What values are multiplied by to be in the catalogue's unit. */
  scale: number;
}

/** What is read of one metric of CloudWatch. */
export interface Target {
  /** What is read first when not all can be: 0 traffic and tokens, 1 failures, 2 latency, 3 utilization. */
  rank: number;
  /** At most five statistics: those of one metric in one request are billed as one. */
  readings: readonly Reading[];
  /** Labels added, to tell apart what shares one metric of the catalogue. */
  set?: Readonly<Record<string, string>>;
}

/**
 * Series of one namespace with exactly these dimensions. The same calls are published under several sets of dimensions
 * (account, model, project and model …): one set is read of each, so that sums count once.
 */
export interface SeriesFamily {
  source: 'bedrock' | 'sagemaker';
  namespace: string;
  dimensions: readonly string[];
  /** Labels of a series, from its dimensions. */
  labelsOf: (dimensions: Readonly<Record<string, string>>) => Record<string, string>;
  /** By the name that CloudWatch gives. */
  metrics: Readonly<Record<string, Target>>;
}
