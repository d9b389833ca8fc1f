import { counts } from './define.ts';
import type { Metric } from './types.ts';

/** What Modelmeter counts of itself; how it fares at the moment is in `GET /healthz`. */
export const MODELMETER: readonly Metric[] = counts('modelmeter', [
  {
    name: 'modelmeter.folded',
    measure: 'folded',
    unit: '{item}',
    meaning: 'Items whose label was folded into `__other__` because it had too many values, by family and dimension.',
  },
]);
