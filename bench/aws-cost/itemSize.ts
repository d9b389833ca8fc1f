/** An attribute value as DynamoDB's JSON writes it: `{ S: 'text' }`. */
type Value = Record<string, unknown>;
export type Item = Record<string, Value>;

/**
 * What DynamoDB counts an item as, bytes: names and values, as the developer guide says under "item sizes and formats".
 * undefined = no item = 0.
 */
export const itemBytes = (item: Item | undefined): number =>
  Object.entries(item ?? {}).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);

const valueBytes = (value: Value): number => {
  const [[type, content]] = Object.entries(value) as [[string, unknown]];
  switch (type) {
    case 'S':
      return Buffer.byteLength(content as string);
    case 'N':
      return numberBytes(content as string);
    case 'B':
      return Buffer.from(content as string, 'base64').length;
    case 'SS':
    case 'NS':
    case 'BS':
      return (content as string[]).reduce((sum, each) => sum + valueBytes({ [type[0]!]: each }), 0);
    case 'L':
      return 3 + (content as Value[]).reduce((sum, each) => sum + 1 + valueBytes(each), 0);
    case 'M':
      return 3 + Object.keys(content as Item).length + itemBytes(content as Item);
    default:
      return 1; // BOOL, NULL
  }
};

/** A byte for every two significant digits, and one; another for the sign. */
const numberBytes = (text: string): number => {
  const digits = text
    .replace(/e.*$/i, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '').length;
  return Math.ceil(digits / 2) + 1 + (text.startsWith('-') ? 1 : 0);
};
