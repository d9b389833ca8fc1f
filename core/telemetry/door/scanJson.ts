/** What is wrong at a place of a JSON text. `path` leads there from the root: names of fields and indexes. */
export interface JsonFault {
  path: (string | number)[];
  message: string;
}

export interface JsonScan {
  /** Where the text stops being JSON, and what should stand there; absent when all of it is JSON. */
  error?: { offset: number; expected: string };
  /** Duplicate keys and `__proto__` keys, at most one for each element of the root (or one for all when it is an object). */
  faults: JsonFault[];
}

/** An open object or array: the names seen in it (objects only) and where we are in it. */
interface Frame {
  names: Set<string> | undefined;
  at: string | number;
}

type Expected =
  | 'a value'
  | 'a value or ]'
  | 'a name in quotes'
  | 'a name in quotes or }'
  | ':'
  | ', or the end'
  | 'nothing';

const LITERAL = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const SPACE = new Set([' ', '\n', '\r', '\t']);

/** Offset just past the string that opens at `start`, or -1 when it never ends. */
const endOfString = (text: string, start: number): number => {
  let end = text.indexOf('"', start + 1);
  while (end >= 0) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end + 1;
    end = text.indexOf('"', end + 1);
  }
  return -1;
};

/** Offset of the first control character or unknown escape in [start, end), or -1. */
const badCharacter = (text: string, start: number, end: number): number => {
  for (let i = start; i < end; ) {
    const code = text.charCodeAt(i);
    if (code < 32) return i;
    ESCAPE.lastIndex = i;
    if (code !== 92) i++;
    else if (ESCAPE.test(text)) i = ESCAPE.lastIndex;
    else return i;
  }
  return -1;
};

/**
 * Reads JSON text token by token, to say what JSON.parse does not: where exactly it is broken, and which keys are there
 * twice. Ten times slower than JSON.parse, so it is for texts already known to be wrong. Never recurses.
 */
export const scanJson = (text: string): JsonScan => {
  const faults: JsonFault[] = [];
  const stack: Frame[] = [];
  let faultyElement: string | number | undefined;
  let expected: Expected = 'a value';
  let i = 0;

  const broken = (offset: number, wanted: string = expected): JsonScan => ({
    error: { offset, expected: wanted },
    faults,
  });
  const afterValue = (): Expected => (stack.length === 0 ? 'nothing' : ', or the end');
  const addName = (frame: Frame, name: string) => {
    const message =
      name === '__proto__' ? '"__proto__" cannot be the name of a field' : `duplicate key ${JSON.stringify(name)}`;
    const isFault = name === '__proto__' || frame.names!.has(name);
    frame.names!.add(name);
    frame.at = name;
    const root = stack[0]!;
    const element = root.names === undefined ? root.at : '';
    // One fault for each element: paths are as long as the nesting is deep, and all of them together must stay linear.
    if (isFault && faultyElement !== element) {
      faultyElement = element;
      faults.push({ path: stack.map(({ at }) => at), message });
    }
  };

  for (; i < text.length; ) {
    const char = text[i]!;
    if (SPACE.has(char)) {
      i++;
      continue;
    }
    const frame = stack.at(-1);
    if (char === '"' && expected !== ':' && expected !== ', or the end' && expected !== 'nothing') {
      const end = endOfString(text, i);
      if (end < 0) return broken(text.length, `the end of the string that starts at offset ${i}`);
      const bad = badCharacter(text, i + 1, end - 1);
      if (bad >= 0) return broken(bad, 'an allowed character or escape');
      if (expected === 'a name in quotes' || expected === 'a name in quotes or }') {
        addName(frame!, JSON.parse(text.slice(i, end)));
        expected = ':';
      } else expected = afterValue();
      i = end;
    } else if ((char === '{' || char === '[') && (expected === 'a value' || expected === 'a value or ]')) {
      stack.push(char === '{' ? { names: new Set(), at: '' } : { names: undefined, at: 0 });
      expected = char === '{' ? 'a name in quotes or }' : 'a value or ]';
      i++;
    } else if (char === ':' && expected === ':') {
      expected = 'a value';
      i++;
    } else if (char === ',' && expected === ', or the end') {
      if (frame!.names === undefined) frame!.at = (frame!.at as number) + 1;
      expected = frame!.names === undefined ? 'a value' : 'a name in quotes';
      i++;
    } else if (
      (char === '}' && frame?.names && (expected === ', or the end' || expected === 'a name in quotes or }')) ||
      (char === ']' && frame && !frame.names && (expected === ', or the end' || expected === 'a value or ]'))
    ) {
      stack.pop();
      expected = afterValue();
      i++;
    } else if (expected === 'a value' || expected === 'a value or ]') {
      LITERAL.lastIndex = i;
      const literal = LITERAL.exec(text);
      if (!literal) return broken(i);
      expected = afterValue();
      i += literal[0].length;
    } else return broken(i);
  }
  return expected === 'nothing' ? { faults } : broken(text.length);
};
