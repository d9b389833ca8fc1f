import { type Item, MAX_ITEM_BYTES, tooLong } from './item.ts';

const NEWLINE = 0x0a;

/** The lines of a stream that are not blank, as they come. Splits at newlines only: JSON may hold U+2028. */
export async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Item> {
  let line = 1;
  let parts: Uint8Array[] = [];
  let size = 0;
  const take = (): Item | undefined => {
    const text = Buffer.concat(parts).toString().trim();
    parts = [];
    size = 0;
    return text === '' || text === '\ufeff' ? undefined : { text: text.replace(/^\ufeff/, ''), line };
  };

  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      parts.push(chunk.subarray(from, at));
      const item = take();
      if (item) yield item;
      line++;
      from = at + 1;
    }
    parts.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > MAX_ITEM_BYTES) throw tooLong(line);
  }
  const item = take();
  if (item) yield item;
}
