/** Text as bytes. TextEncoder and TextDecoder are in every JavaScript runtime, but not in the library core compiles against. */
const runtime = globalThis as unknown as {
  TextEncoder: new () => { encode(text: string): Uint8Array };
  TextDecoder: new (label: string, options?: { fatal?: boolean }) => { decode(bytes: Uint8Array): string };
};

const encoder = new runtime.TextEncoder();
const decoder = new runtime.TextDecoder('utf-8');

export const toUtf8 = (text: string): Uint8Array => encoder.encode(text);

/** Bytes that are not UTF-8 become U+FFFD. */
export const fromUtf8 = (bytes: Uint8Array): string => decoder.decode(bytes);
