/**
 * Numbers as bytes, small where they are small: LEB128 varints, and columns of numbers as scaled integers where that is
 * exact. The bytes are then compressed as a whole, so the aim is regularity more than size.
 */

/** Grows as it is written. */
export class ByteWriter {
  #bytes = new Uint8Array(1024);
  length = 0;

  #reserve(more: number) {
    if (this.length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + more));
    larger.set(this.#bytes.subarray(0, this.length));
    this.#bytes = larger;
  }

  byte(value: number) {
    this.#reserve(1);
    this.#bytes[this.length++] = value;
  }

  /** A non-negative integer up to 2^53. */
  varint(value: number) {
    this.#reserve(8);
    while (value >= 0x8000_0000) {
      this.#bytes[this.length++] = (value % 128) | 128;
      value = Math.floor(value / 128);
    }
    while (value >= 128) {
      this.#bytes[this.length++] = (value & 127) | 128;
      value >>>= 7;
    }
    this.#bytes[this.length++] = value;
  }

  /** An integer of either sign, |value| < 2^52. */
  signed(value: number) {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  bytes(from: Uint8Array) {
    this.#reserve(from.length);
    this.#bytes.set(from, this.length);
    this.length += from.length;
  }

  take(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }
}

/** Reads what ByteWriter wrote. Reading past the end gives zeros. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    return this.#bytes[this.position++] ?? 0;
  }

  varint(): number {
    let byte = this.#bytes[this.position++]!;
    if (byte < 128) return byte;
    let value = byte & 127;
    let scale = 128;
    do {
      byte = this.#bytes[this.position++] ?? 0;
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte >= 128);
    return value;
  }

  signed(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  bytes(length: number): Uint8Array {
    const from = this.#bytes.subarray(this.position, this.position + length);
    this.position += length;
    return from;
  }
}

const SCALES = [1, 10, 100, 1000, 10_000, 1_000_000] as const;
const LARGEST = 2 ** 51;
const RAW = 255;

/**
 * A column of numbers. Decimals of up to six places are kept as scaled integers, whatever else as doubles.
 *
 * @param isRounded take a number for the decimal it is within 1e-11 (relative) of: for sums of decimals, whose last bits
 *   are noise of the order of addition. Without it every number comes back exactly.
 */
export const writeNumbers = (to: ByteWriter, values: ArrayLike<number>, isRounded = false) => {
  const scaleIndex = SCALES.findIndex((scale) => fits(values, scale, isRounded));
  to.byte(scaleIndex < 0 ? RAW : scaleIndex);
  if (scaleIndex < 0) {
    to.bytes(new Uint8Array(Float64Array.from(values).buffer));
    return;
  }
  const scale = SCALES[scaleIndex]!;
  for (let i = 0; i < values.length; i++) to.signed(Math.round(values[i]! * scale));
};

export const readNumbers = (from: ByteReader, length: number): Float64Array => {
  const scaleIndex = from.byte();
  // A copy by constructor: `slice` of Node's Buffer would be a view of whatever else lies in its pool.
  if (scaleIndex === RAW) return new Float64Array(new Uint8Array(from.bytes(length * 8)).buffer);
  const values = new Float64Array(length);
  const scale = SCALES[scaleIndex]!;
  for (let i = 0; i < length; i++) values[i] = from.signed() / scale;
  return values;
};

const fits = (values: ArrayLike<number>, scale: number, isRounded: boolean): boolean => {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const scaled = Math.round(value * scale);
    if (!(Math.abs(scaled) < LARGEST) || Object.is(value, -0)) return false;
    if (scaled / scale === value) continue;
    if (!isRounded || Math.abs(scaled / scale - value) > Math.abs(value) * 1e-11) return false;
  }
  return true;
};
