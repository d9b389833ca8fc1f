import { DAY } from '../../telemetry/families.ts';
import { fromUtf8, toUtf8 } from '../../utf8.ts';
import type { BillLine, ChargeCategory, Pricing } from './line.ts';
import { NO_TAGS, remembering } from './values.ts';

/**
 * The lines of one day of one bill, those that differ in nothing but their hour summed. As bytes: how long the texts are, the
 * texts (lines of parts), and six columns of numbers, which come back as they were. The same lines in
 * the same order give the same bytes.
 */

/** Parts before the tags, in the order of `keyOf`; `billingAccount` and `billingPeriod` are of the whole bill. */
const PARTS = 12;
/** Readers of files take these two out of values: see `withoutSeparators`. */
const BETWEEN_PARTS = '\x1f';
const BETWEEN_LINES = '\x1e';
/**
 * Rows, quantity, list cost, billed cost, effective cost, and the billed cost of the rows that say no list cost: those are taken
 * to have charged it. NaN = not one of the rows said.
 */
const NUMBERS = 6;
/** What a line takes in memory beside its text: a place in a map, and its numbers. */
const LINE_BYTES = 120;
const KIND_BYTES = 50;

/** Kept of the whole bill rather than of each line. */
export interface BillIdentity {
  billingAccount?: string | undefined;
  billingPeriod: string;
}

export interface DayLines {
  /** @param kind see `Emit`: with it the line's texts need not be put together again */
  add(line: BillLine, kind?: object): void;
  /** Adds what `bytes` made of other lines of the same day. */
  merge(bytes: Uint8Array): void;
  /** How many different lines there are. */
  size(): number;
  /** How much memory they take, in bytes, about. */
  held(): number;
  /** @param isSorted by their texts, as they are kept; else in the order in which they came, which is quicker */
  bytes(isSorted: boolean): Uint8Array;
}

export const dayLines = (): DayLines => {
  const places = new Map<string, number>();
  const placesOfKinds = new Map<object, number>();
  /** Six for each line. */
  const sums: number[] = [];
  let held = 0;

  const placeOf = (key: string, keyBytes: number): number => {
    const known = places.get(key);
    if (known !== undefined) return known;
    const place = sums.length;
    places.set(key, place);
    sums.push(0, Number.NaN, Number.NaN, 0, 0, 0);
    held += LINE_BYTES + keyBytes;
    return place;
  };

  const placeOfKind = (line: BillLine, kind: object): number => {
    const known = placesOfKinds.get(kind);
    if (known !== undefined) return known;
    const keyBefore = keyOfKind.get(kind);
    const key = keyBefore ?? keyOf(line);
    if (keyBefore === undefined) keyOfKind.set(kind, key);
    const place = placeOf(key, keyBefore === undefined ? key.length : 0);
    placesOfKinds.set(kind, place);
    held += KIND_BYTES;
    return place;
  };

  const addTo = (
    place: number,
    rows: number,
    quantity: number,
    list: number,
    billed: number,
    effective: number,
    unlisted: number,
  ): void => {
    sums[place]! += rows;
    sums[place + 1] = plus(sums[place + 1]!, quantity);
    sums[place + 2] = plus(sums[place + 2]!, list);
    sums[place + 3]! += billed;
    sums[place + 4]! += effective;
    sums[place + 5]! += unlisted;
  };

  return {
    add: (line, kind) => {
      const { quantity = Number.NaN, listCost = Number.NaN, billedCost, effectiveCost } = line;
      let place: number;
      if (kind === undefined) {
        const key = keyOf(line);
        place = placeOf(key, key.length);
      } else place = placeOfKind(line, kind);
      addTo(place, 1, quantity, listCost, billedCost, effectiveCost, Number.isNaN(listCost) ? billedCost : 0);
    },
    merge(bytes) {
      const { keys, numbers } = cut(bytes);
      const n = keys.length;
      keys.forEach((key, i) => {
        addTo(
          placeOf(key, key.length),
          numbers[i]!,
          numbers[n + i]!,
          numbers[2 * n + i]!,
          numbers[3 * n + i]!,
          numbers[4 * n + i]!,
          numbers[5 * n + i]!,
        );
      });
    },
    size: () => places.size,
    held: () => held,
    bytes(isSorted) {
      const keys = isSorted ? [...places.keys()].sort() : [...places.keys()];
      const texts = toUtf8(keys.join(BETWEEN_LINES));
      const start = 8 + Math.ceil(texts.length / 8) * 8;
      const whole = new Uint8Array(start + 8 * NUMBERS * keys.length);
      new DataView(whole.buffer).setUint32(0, texts.length, true);
      whole.set(texts, 8);
      const numbers = new Float64Array(whole.buffer, start);
      keys.forEach((key, i) => {
        const place = places.get(key)!;
        for (let column = 0; column < NUMBERS; column++) numbers[column * keys.length + i] = sums[place + column]!;
      });
      return whole;
    },
  };
};

export interface KeptLine extends BillLine {
  rows: number;
  /** Often one object for lines of several days that are equal in all but their amounts. */
  kind: object;
}

/** What lines are of, by their texts. */
export type KindOf = ReturnType<typeof lineKinds>;
/** Most lines of a day are there on the next day too: each takes some 1 kB. */
const MOST_KINDS = 20_000;

export const lineKinds = () => {
  const tagsOf = remembering((json) => (json === '' ? NO_TAGS : (JSON.parse(json) as BillLine['tags'])));
  return remembering((key) => {
    const values = key.split(BETWEEN_PARTS);
    const at = (place: number): string | undefined => values[place] || undefined;
    return {
      provider: values[0]!,
      account: at(1),
      region: at(2),
      service: at(3),
      serviceCategory: at(4),
      category: values[5] as ChargeCategory,
      resource: at(6),
      usageType: at(7),
      instanceType: at(8),
      pricing: at(9) as Pricing | undefined,
      unit: at(10),
      currency: values[11]!,
      tags: tagsOf(values[PARTS]!),
      billingAccount: at(PARTS + 1),
    };
  }, MOST_KINDS);
};

/** The lines that `bytes` holds, each of the whole day. @param kindOf one for several days makes use of what they have in common */
export function* linesOf(
  bytes: Uint8Array,
  dayMs: number,
  { billingAccount, billingPeriod }: BillIdentity,
  kindOf: KindOf = lineKinds(),
): Generator<KeptLine> {
  const { keys, numbers } = cut(bytes);
  const n = keys.length;
  const known = (value: number) => (Number.isNaN(value) ? undefined : value);
  for (const [i, key] of keys.entries()) {
    const kind = kindOf(`${key}${BETWEEN_PARTS}${billingAccount ?? ''}`);
    yield {
      ...kind,
      kind,
      billingPeriod,
      startMs: dayMs,
      endMs: dayMs + DAY,
      rows: numbers[i]!,
      quantity: known(numbers[n + i]!),
      listCost: known(numbers[2 * n + i]! + numbers[5 * n + i]!),
      billedCost: numbers[3 * n + i]!,
      effectiveCost: numbers[4 * n + i]!,
    };
  }
}

/** The texts of lines of one kind, whatever their day. */
const keyOfKind = new WeakMap<object, string>();

/** By object: the readers of files give equal tags as one object. */
const jsonOf = new WeakMap<object, string>();
const tagsText = (tags: BillLine['tags']): string => {
  if (tags === NO_TAGS) return '';
  let json = jsonOf.get(tags);
  if (json === undefined) {
    const text = JSON.stringify(tags);
    json = text === '{}' ? '' : text;
    jsonOf.set(tags, json);
  }
  return json;
};

const keyOf = (line: BillLine): string =>
  [
    line.provider,
    line.account,
    line.region,
    line.service,
    line.serviceCategory,
    line.category,
    line.resource,
    line.usageType,
    line.instanceType,
    line.pricing,
    line.unit,
    line.currency,
    tagsText(line.tags),
  ].join(BETWEEN_PARTS);

/** A text in which no value can be taken for the end of a part or of a line. */
export const withoutSeparators = (text: string): string =>
  text.includes(BETWEEN_PARTS) || text.includes(BETWEEN_LINES)
    ? text.replaceAll(BETWEEN_PARTS, ' ').replaceAll(BETWEEN_LINES, ' ')
    : text;

const plus = (a: number, b: number): number => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : a + b);

const cut = (bytes: Uint8Array): { keys: string[]; numbers: Float64Array } => {
  const { buffer, byteOffset } = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const length = new DataView(buffer, byteOffset).getUint32(0, true);
  const texts = fromUtf8(new Uint8Array(buffer, byteOffset + 8, length));
  const keys = texts === '' ? [] : texts.split(BETWEEN_LINES);
  const start = 8 + Math.ceil(length / 8) * 8;
  return { keys, numbers: new Float64Array(buffer, byteOffset + start, NUMBERS * keys.length) };
};
