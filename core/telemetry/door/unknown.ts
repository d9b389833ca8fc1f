import type { Problem } from '../../errors.ts';
import { didYouMean } from '../../nearest.ts';
import { EVENT_SCHEMAS, type ModelEvent } from '../events.ts';
import { pointer } from './fault.ts';

const MAX_WARNINGS = 20;
/** Of a field's name in a message. */
const MAX_CHARS = 100;

/**
 * Says of fields that no event of this kind has what became of them, and which known field may have been meant. Each name
 * is told once in a request, with the first event that had it; at most 20.
 */
export const warnOfUnknown = (
  noted: Problem[],
  unknown: readonly string[],
  { kind, attributes }: ModelEvent,
  index: number,
): void => {
  if (noted.length >= MAX_WARNINGS) return;
  for (const name of unknown) {
    const path = pointer([name.slice(0, MAX_CHARS)]);
    if (noted.some((problem) => problem.path === path)) continue;
    const isKept = attributes !== undefined && Object.hasOwn(attributes, name);
    const fate = isKept ? 'kept in attributes' : 'dropped, since it may hold content';
    const message = `no ${kind} event has this field: ${fate}${didYouMean(name, Object.keys(EVENT_SCHEMAS[kind].shape))}`;
    noted.push({ index, path, message });
    if (noted.length >= MAX_WARNINGS) return;
  }
};
