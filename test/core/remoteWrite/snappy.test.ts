import * as fc from 'fast-check';
import { compress } from 'snappyjs';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../core/errors.ts';
import { inflateSnappy } from '../../../core/telemetry/remoteWrite/snappy.ts';

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (error) {
    return error instanceof AppError ? error.code : `not an AppError: ${error}`;
  }
};
const ascii = (text: string) => [...new TextEncoder().encode(text)];

describe('Snappy', () => {
  it('inflates what the format description says', () => {
    // Literal "ab", then a copy of 8 from 2 back that overlaps itself.
    expect(new TextDecoder().decode(inflateSnappy(new Uint8Array([10, 0x04, ...ascii('ab'), 0x11, 2])))).toBe(
      'ababababab',
    );
    // The same copy with offsets of two and of four bytes.
    expect(inflateSnappy(new Uint8Array([10, 0x04, 97, 98, 0x1e, 2, 0])).length).toBe(10);
    expect(inflateSnappy(new Uint8Array([10, 0x04, 97, 98, 0x1f, 2, 0, 0, 0])).length).toBe(10);
    expect(inflateSnappy(new Uint8Array([0])).length).toBe(0);
  });

  it('inflates what another implementation compressed', () => {
    const repeated = fc
      .array(fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.nat(30)))
      .map((parts) =>
        Uint8Array.from(parts.flatMap(([bytes, times]) => Array.from({ length: times }, () => [...bytes]).flat())),
      );
    fc.assert(
      fc.property(fc.oneof(repeated, fc.uint8Array({ maxLength: 3000 })), (bytes) => {
        expect(inflateSnappy(compress(bytes))).toEqual(bytes);
      }),
    );
  });

  it('refuses more than 32 MiB by the preamble alone', () => {
    expect(codeOf(() => inflateSnappy(new Uint8Array([0x81, 0x80, 0x80, 0x10, 0])))).toBe('tooLarge');
    expect(codeOf(() => inflateSnappy(new Uint8Array([0xff, 0xff, 0xff, 0xff, 0x0f])))).toBe('tooLarge');
  });

  it.each<[string, number[]]>([
    ['nothing', []],
    ['a preamble without end', [0xff, 0xff, 0xff, 0xff, 0xff, 1]],
    ['a length that such a body cannot have', [0x80, 0x80, 0x80, 0x10, 0x00, 97]],
    ['a literal of 4 GiB, at which snappyjs loops for ever', [4, 0xfc, 0xfa, 0xff, 0xff, 0xff, 1, 2, 3]],
    ['a literal beyond the input', [5, 0x10, 97]],
    ['a literal beyond the output', [1, 0x04, 97, 98]],
    ['a copy from before the start', [8, 0x00, 97, 0x0d, 2]],
    ['a copy from 0 back', [8, 0x00, 97, 0x0d, 0]],
    ['a copy beyond the output', [4, 0x00, 97, 0x0d, 1]],
    ['less than it claims', [9, 0x00, 97]],
    ['a tag without its offset', [8, 0x00, 97, 0x0d]],
  ])('refuses %s', (_, bytes) => {
    expect(codeOf(() => inflateSnappy(new Uint8Array(bytes)))).toBe('invalidInput');
  });
});
