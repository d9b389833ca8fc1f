import { type Item, MAX_ITEM_BYTES, type OnProblem, tooLong } from './item.ts';

const code = (character: string) => character.charCodeAt(0);
const [QUOTE, BACKSLASH, NEWLINE] = [code('"'), code('\\'), code('\n')];
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [code('['), code(']'), code('{'), code('}')];
const BLANKS = new Set([...' \t\r\n,'].map(code));

/**
 * The items of a JSON document as it streams in: the elements of its array, or its one object; also several documents
 * after another. Finds where items begin and end and leaves it to the server to say whether they are JSON.
 */
export async function* jsonItems(chunks: AsyncIterable<Uint8Array>, onProblem: OnProblem): AsyncGenerator<Item> {
  let line = 1;
  let isInArray = false;
  let depth = 0;
  let isInString = false;
  let isEscaped = false;
  /** Where the item that is being read began; its earlier chunks are in `parts`. */
  let startLine = 0;
  let parts: Uint8Array[] = [];
  let size = 0;
  const take = (): Item => {
    const text = Buffer.concat(parts)
      .toString()
      .replace(/[\r\n]+/g, ' ');
    const item = { text, line: startLine };
    [startLine, parts, size, depth] = [0, [], 0, 0];
    return item;
  };

  let isFirstChunk = true;
  for await (let chunk of chunks) {
    if (isFirstChunk && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) chunk = chunk.subarray(3);
    isFirstChunk = false;
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (byte === NEWLINE) line++;
      if (isInString) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) isInString = false;
        continue;
      }
      if (startLine === 0) {
        if (BLANKS.has(byte)) continue;
        if (byte === OPEN_ARRAY && !isInArray) {
          isInArray = true;
          continue;
        }
        if (byte === CLOSE_ARRAY && isInArray) {
          isInArray = false;
          continue;
        }
        startLine = line;
        from = at;
      } else if (depth === 0 && (BLANKS.has(byte) || byte === CLOSE_ARRAY)) {
        // A bare word or number: it ends where the next item may begin.
        parts.push(chunk.subarray(from, at));
        yield take();
        if (byte === CLOSE_ARRAY) isInArray = false;
        continue;
      }
      if (byte === QUOTE) isInString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        depth--;
        if (depth > 0) continue;
        parts.push(chunk.subarray(from, at + 1));
        yield take();
      }
    }
    if (startLine > 0) {
      parts.push(chunk.subarray(from));
      size += chunk.length - from;
      if (size > MAX_ITEM_BYTES) throw tooLong(startLine);
    }
  }
  if (startLine > 0 && (depth > 0 || isInString)) onProblem(startLine, 'the file ends inside this event');
  else if (startLine > 0) yield take();
  if (isInArray) onProblem(line, 'the file ends before the ] of its array: is it complete?');
}
