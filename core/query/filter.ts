/** `name:v1,v2` one of · `name!:v1,v2` none of · `name~:glob*` like. Values percent-encoded; `name:` matches what has none. */
export interface Filter {
  name: string;
  operator: 'in' | 'notIn' | 'like';
  values: readonly string[];
}

const OPERATORS = { '': 'in', '!': 'notIn', '~': 'like' } as const;

/** Undefined where the text is no filter. Split at the first colon, so values may hold colons. */
export const parseFilter = (text: string): Filter | undefined => {
  const [, name, sign, rest] = /^([^:!~]+)([!~]?):([\s\S]*)$/.exec(text) ?? [];
  if (!name || rest === undefined) return undefined;
  try {
    return {
      name,
      operator: OPERATORS[sign as keyof typeof OPERATORS],
      values: rest.split(',').map(decodeURIComponent),
    };
  } catch {
    return undefined; // a lone % that encodes nothing
  }
};

export const matches = ({ operator, values }: Filter, value: string): boolean => {
  if (operator === 'in') return values.includes(value);
  if (operator === 'notIn') return !values.includes(value);
  return values.some((glob) => isLike(glob, value));
};

/** `*` any text, `?` any one character. Linear in the value: a pattern of many stars cannot hang it. */
const isLike = (glob: string, value: string): boolean => {
  let [g, v, star, mark] = [0, 0, -1, 0];
  while (v < value.length) {
    if (g < glob.length && (glob[g] === '?' || (glob[g] === value[v] && glob[g] !== '*'))) {
      g++;
      v++;
    } else if (glob[g] === '*') {
      star = g++;
      mark = v;
    } else if (star >= 0) {
      g = star + 1;
      v = ++mark;
    } else return false;
  }
  while (glob[g] === '*') g++;
  return g === glob.length;
};
