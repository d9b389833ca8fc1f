import { counts, gauges } from './define.ts';
import type { Metric } from './types.ts';

/** The name of the metric that goes through all of Modelmeter every few minutes. */
export const HEARTBEAT = 'modelmeter.heartbeat';

/** What Modelmeter counts of itself; how it fares at the moment is in `GET /healthz`. */
export const MODELMETER: readonly Metric[] = [
  ...counts('modelmeter', [
    {
      name: 'modelmeter.folded',
      measure: 'folded',
      unit: '{item}',
      meaning: 'Items whose label was folded into `__other__` because it had too many values, by family and dimension.',
    },
  ]),
  ...gauges([
    {
      name: HEARTBEAT,
      unit: 's',
      defaultStat: 'max',
      meaning:
        'When Modelmeter in AWS last sent itself a point, seconds since 1970: what is missing between its maximum and now is ' +
        'how far the rollups are behind.',
    },
  ]),
];
