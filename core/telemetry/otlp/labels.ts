import { isConventionContentKey, withoutContent } from '../content.ts';
import { type DoorOptions, Unusable } from '../decoded.ts';
import { withTeam } from '../door/teams.ts';
import { type Attributes, attributesOf } from './attributes.ts';
import { DIMENSIONS } from './dimensions.ts';
import { list, type Message, text } from './read.ts';

export type Labels = Record<string, string>;

/** Bounds of a series' labels; a series beyond them is an attack or a mistake, and costs like one. */
export const MAX_LABELS = 64;
export const MAX_LABEL_NAME = 128;
export const MAX_LABEL_VALUE = 256;

/** What rollups join the values of a series by. */
const SEPARATOR = '\u001f';

/** Attributes of a resource that say how it was made, not which one it is. */
const NOT_IDENTIFYING = /^(telemetry|process|os)\./;

/** Labels of a resource: what identifies it. Long, nested and technical attributes are left out. */
export const resourceAttributes = (attributes: Attributes): Attributes => {
  const kept = Object.fromEntries(
    Object.entries(attributes).filter(
      ([key, value]) =>
        !NOT_IDENTIFYING.test(key) && typeof value !== 'object' && String(value).length <= MAX_LABEL_VALUE,
    ),
  );
  // Two processes of one service that do not tell themselves apart: their counters must not be taken for one.
  const pid = attributes['process.pid'];
  return pid === undefined || 'service.instance.id' in kept ? kept : { ...kept, pid };
};

/**
 * Labels of a data point: its attributes over its resource's, under the names of our dimensions.
 *
 * Content is refused, not dropped: two points that differ in it alone would become one series with two values.
 */
export const labelsOf = (point: Message, resource: Attributes, options: DoorOptions): Labels => {
  if (!options.keepContent)
    list(point, 'attributes').forEach((item, index) => {
      if (typeof item === 'object' && item !== null && isConventionContentKey(text(item, 'key')))
        throw new Unusable(`attributes[${index}]`, `${text(item, 'key')} holds content, which is no label of a metric`);
    });
  // Plain words such as `input` are ordinary label names, so content was told by the conventions' names alone.
  const own = attributesOf(point, { ...options, keepContent: true });
  const clean = options.keepContent
    ? own
    : Object.fromEntries(Object.entries(own).map(([k, v]) => [k, withoutContent(v)]));
  const labels = renamed(asStrings({ ...resource, ...clean }));
  return checkedLabels(withTeam(labels, { said: labels.team, path: 'attributes', options }));
};

const asStrings = (attributes: Attributes): Labels =>
  Object.fromEntries(
    Object.entries(attributes)
      .filter(([, value]) => value !== null && value !== '')
      .map(([key, value]) => [key, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
  );

const ALIASES = new Map(
  Object.entries(DIMENSIONS).flatMap(([dimension, names]) =>
    names.map((name, rank) => [name as string, { name, dimension, rank }] as const),
  ),
);

/** Each dimension takes the first of its attributes that is there; the others keep their names, so no two series become one. */
const renamed = (labels: Labels): Labels => {
  const chosen = new Map<string, { name: string; rank: number }>();
  for (const key of Object.keys(labels)) {
    const alias = ALIASES.get(key);
    if (alias === undefined || Object.hasOwn(labels, alias.dimension)) continue;
    if (alias.rank < (chosen.get(alias.dimension)?.rank ?? Infinity)) chosen.set(alias.dimension, alias);
  }
  if (chosen.size === 0) return labels;
  const names = new Map([...chosen].map(([dimension, { name }]) => [name, dimension]));
  return Object.fromEntries(Object.entries(labels).map(([key, value]) => [names.get(key) ?? key, value]));
};

/** The labels when they are within bounds; throws Unusable otherwise. */
export const checkedLabels = (labels: Labels, path = 'attributes'): Labels => {
  const entries = Object.entries(labels);
  if (entries.length > MAX_LABELS)
    throw new Unusable(path, `${entries.length} labels, resource included; at most ${MAX_LABELS}`);
  for (const [key, value] of entries) {
    if (key === '') throw new Unusable(path, 'a label without a name');
    if (key.length > MAX_LABEL_NAME)
      throw new Unusable(
        path,
        `label ${key.slice(0, 40)}… has a name of ${key.length} characters; at most ${MAX_LABEL_NAME}`,
      );
    if (key.includes(SEPARATOR) || value.includes(SEPARATOR))
      throw new Unusable(path, `label ${key.replaceAll(SEPARATOR, ' ')} holds the control character U+001F`);
    if (value.length > MAX_LABEL_VALUE)
      throw new Unusable(path, `label ${key} has ${value.length} characters; at most ${MAX_LABEL_VALUE}`);
  }
  return labels;
};
