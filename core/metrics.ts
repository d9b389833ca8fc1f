import { BEDROCK } from './metrics/bedrock.ts';
import { COST } from './metrics/cost.ts';
import { DATABASE } from './metrics/database.ts';
import { GPU } from './metrics/gpu.ts';
import { HOST } from './metrics/host.ts';
import { INFERENCE } from './metrics/inference.ts';
import { MODELMETER } from './metrics/modelmeter.ts';
import { QUALITY } from './metrics/quality.ts';
import { SAGEMAKER } from './metrics/sagemaker.ts';
import { SERVICE } from './metrics/service.ts';
import { SERVING } from './metrics/serving.ts';
import { SOURCES } from './metrics/sources.ts';
import { TRAINING } from './metrics/training.ts';
import type { Metric } from './metrics/types.ts';
import { USAGE } from './metrics/usage.ts';

/** The catalogue: every metric that has a name here, by topic. Samples of other names are kept and queried under their own. */
export const METRICS: readonly Metric[] = [
  ...INFERENCE,
  ...SERVING,
  ...BEDROCK,
  ...SAGEMAKER,
  ...GPU,
  ...HOST,
  ...SERVICE,
  ...DATABASE,
  ...TRAINING,
  ...QUALITY,
  ...COST,
  ...USAGE,
  ...SOURCES,
  ...MODELMETER,
];

const BY_NAME = new Map(METRICS.map((metric) => [metric.name, metric]));

/** The metric of that exact name; undefined when the catalogue has none. */
export const findMetric = (name: string): Metric | undefined => BY_NAME.get(name);
