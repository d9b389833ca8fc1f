/**
 * The two small messages that OTLP/HTTP answers in protobuf, written by hand: they have two fields each.
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
 */

const varint = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
};

/** A field of bytes or text (wire type 2). */
const bytesField = (field: number, content: Uint8Array): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([...varint(field * 8 + 2), ...varint(content.length), ...content]);

const numberField = (field: number, value: number): number[] => (value === 0 ? [] : [field * 8, ...varint(value)]);

const textField = (field: number, text: string): Uint8Array =>
  text === '' ? new Uint8Array() : bytesField(field, Buffer.from(text));

/** google.rpc.Status: `code` of google.rpc.Code, `message` for people. */
export const rpcStatus = (code: number, message: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([...numberField(1, code), ...textField(2, message)]);

/** Export{Metrics,Trace,Logs}ServiceResponse with a partial success; they are alike on the wire. */
export const partialSuccess = (rejected: number, errorMessage: string): Uint8Array<ArrayBuffer> =>
  bytesField(1, Uint8Array.from([...numberField(1, rejected), ...textField(2, errorMessage)]));
