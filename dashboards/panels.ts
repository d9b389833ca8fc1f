import type { OPTIONAL_DASHBOARDS } from '../core/config.ts';
import type { DashboardSpec } from './panel.ts';
import { API_PERFORMANCE } from './panels/api.ts';
import { BUSINESS } from './panels/business.ts';
import { COST } from './panels/cost.ts';
import { GPU_FLEET } from './panels/fleet.ts';
import { MODELMETER_ITSELF } from './panels/modelmeter.ts';
import { AI_MODELS } from './panels/models.ts';
import { SYSTEM_OVERVIEW } from './panels/system.ts';

type Optional = (typeof OPTIONAL_DASHBOARDS)[number];

/** In every installation: CloudWatch charges for the fourth dashboard of an account and beyond ($3 a month each). */
export const DEFAULT_DASHBOARDS: readonly DashboardSpec[] = [SYSTEM_OVERVIEW, AI_MODELS, GPU_FLEET];

const OPTIONAL: Readonly<Record<Optional, DashboardSpec>> = {
  api: API_PERFORMANCE,
  cost: COST,
  business: BUSINESS,
  modelmeter: MODELMETER_ITSELF,
};

/** All there are. */
export const ALL_DASHBOARDS: readonly DashboardSpec[] = [...DEFAULT_DASHBOARDS, ...Object.values(OPTIONAL)];

/** Those of a configuration. */
export const dashboardsOf = (chosen: readonly Optional[]): DashboardSpec[] => [
  ...DEFAULT_DASHBOARDS,
  ...[...new Set(chosen)].map((name) => OPTIONAL[name]),
];
