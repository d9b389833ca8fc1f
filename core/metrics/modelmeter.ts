import { counters, counts, gauges, histograms } from './define.ts';
import type { Metric } from './types.ts';

/** Modelmeter's own health: a monitor that is blind must say so. */
export const MODELMETER: readonly Metric[] = [
  ...counts('modelmeter', [
    {
      name: 'modelmeter.folded',
      measure: 'folded',
      unit: '{item}',
      meaning: 'Items whose label was folded into `__other__` because it had too many values, by family and dimension.',
    },
  ]),
  ...counters([
    { name: 'modelmeter.accepted', unit: '{item}', meaning: 'Events, samples, spans and logs accepted, by signal.' },
    { name: 'modelmeter.rejected', unit: '{item}', meaning: 'Items refused at the door, by signal.' },
  ]),
  ...gauges([
    {
      name: 'modelmeter.backlog',
      unit: '{batch}',
      meaning: 'Accepted batches that wait to be rolled up.',
      defaultStat: 'max',
    },
    {
      name: 'modelmeter.rollupLag',
      unit: 's',
      meaning: 'Age of the newest rollup: how old an answer may be.',
      defaultStat: 'max',
    },
    { name: 'modelmeter.series', unit: '{series}', meaning: 'Different series of samples.', defaultStat: 'max' },
    { name: 'modelmeter.storage', unit: 'By', meaning: 'Size of the data folder.', defaultStat: 'last' },
  ]),
  ...histograms([
    {
      name: 'modelmeter.requestDuration',
      unit: 'ms',
      meaning: 'How long requests to Modelmeter took, by endpoint and status.',
    },
  ]),
];
