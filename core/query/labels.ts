import { OTHER } from '../rollups/cardinality.ts';
import type { SampleSeries } from './samples.ts';

type Labels = SampleSeries['labels'];

/** A label's value; '' where a series has none, also for names that every object answers to, such as `constructor`. */
export const ownLabel = (labels: Labels, name: string): string => (Object.hasOwn(labels, name) ? labels[name]! : '');

/** Are these the labels that all series over the limit were folded into? */
export const isFolded = (labels: Labels): boolean => Object.hasOwn(labels, OTHER);

/** What a label is grouped and filtered by: of folded series, whose labels are not known, `__other__`. */
export const labelOf = (labels: Labels, name: string): string => (isFolded(labels) ? OTHER : ownLabel(labels, name));
