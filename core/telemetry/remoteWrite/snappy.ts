import { AppError } from '../../errors.ts';
import { MAX_INFLATED_BYTES } from '../decoded.ts';

/**
 * Inflates snappy's block format (google/snappy, format_description.txt), as remote write sends it.
 *
 * Ours because bodies come from strangers: snappyjs 0.7.0 loops for ever on a literal of 2^31 bytes or more, and takes a
 * body whose real length is another than the one it claims.
 *
 * @throws AppError `tooLarge` over 32 MiB by the length in the preamble, before any memory is taken; `invalidInput` on
 *   anything that is not snappy
 */
export const inflateSnappy = (input: Uint8Array): Uint8Array => {
  let at = 0;
  const byte = (): number => {
    if (at >= input.length) throw invalid(`the data ends at byte ${at}`);
    return input[at++]!;
  };
  const littleEndian = (bytes: number): number => {
    let value = 0;
    for (let i = 0; i < bytes; i++) value += byte() * 256 ** i;
    return value;
  };

  const length = preamble(byte);
  if (length > MAX_INFLATED_BYTES)
    throw new AppError('tooLarge', `The body inflates to ${length} bytes; at most ${MAX_INFLATED_BYTES} are taken.`);
  // A copy takes 3 bytes and makes at most 64: a preamble that claims more is a lie, and must not cost memory.
  if (length > input.length * 22) throw invalid(`${input.length} bytes cannot inflate to ${length}`);
  const output = new Uint8Array(length);
  let filled = 0;

  const literal = (size: number) => {
    if (size > input.length - at || size > length - filled) throw invalid(`a literal of ${size} bytes at byte ${at}`);
    output.set(input.subarray(at, at + size), filled);
    at += size;
    filled += size;
  };
  const copy = (size: number, offset: number) => {
    if (offset === 0 || offset > filled || size > length - filled)
      throw invalid(`a copy of ${size} bytes from ${offset} back at byte ${at}`);
    // Byte by byte where it overlaps what it writes: that is how snappy repeats a pattern.
    if (offset >= size) output.copyWithin(filled, filled - offset, filled - offset + size);
    else for (let i = 0; i < size; i++) output[filled + i] = output[filled + i - offset]!;
    filled += size;
  };

  while (at < input.length) {
    const tag = byte();
    const high = tag >>> 2;
    if ((tag & 3) === 0) literal(high < 60 ? high + 1 : littleEndian(high - 59) + 1);
    else if ((tag & 3) === 1) copy((high & 7) + 4, (tag >>> 5) * 256 + byte());
    else copy(high + 1, littleEndian((tag & 3) === 2 ? 2 : 4));
  }
  if (filled !== length) throw invalid(`it inflates to ${filled} bytes and claims ${length}`);
  return output;
};

/** Length of the inflated data: a varint of at most 5 bytes. */
const preamble = (byte: () => number): number => {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const next = byte();
    value += (next & 0x7f) * 128 ** i;
    if (next < 128) return value;
  }
  throw invalid('its length is no varint of 32 bits');
};

const invalid = (message: string) =>
  new AppError('invalidInput', `The body is not snappy's block format: ${message}`, {
    problems: [{ path: '', message: `not snappy: ${message}` }],
  });
