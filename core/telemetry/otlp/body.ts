import { util } from 'protobufjs';
import { AppError } from '../../errors.ts';
import { MAX_MESSAGES, protobufDecoder, tooManyMessages } from './protobuf.ts';
import type { Message } from './read.ts';
import { OTLP_SCHEMA } from './schema.ts';

export type OtlpEncoding = 'protobuf' | 'json';

const ROOTS = ['Metrics', 'Traces', 'Logs'] as const;
type Root = (typeof ROOTS)[number];

const protobufDecoders = Object.fromEntries(ROOTS.map((root) => [root, protobufDecoder(OTLP_SCHEMA, root)])) as Record<
  Root,
  (body: Uint8Array) => Message
>;

/** The message in a body. Throws AppError `invalidInput` when there is none to read, `tooLarge` when it has too many parts. */
export const parseBody = (body: Uint8Array, encoding: OtlpEncoding, root: Root): Message =>
  encoding === 'protobuf' ? protobufDecoders[root](body) : parseJson(body);

const parseJson = (body: Uint8Array): Message => {
  let opened = 0;
  for (let i = 0; i < body.length; i++) if (body[i] === 0x7b || body[i] === 0x5b) opened++;
  if (opened > MAX_MESSAGES * 2) throw tooManyMessages();
  let parsed: unknown;
  try {
    parsed = JSON.parse(util.utf8.read(body, 0, body.length));
  } catch (error) {
    throw invalid(`not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw invalid('expected a JSON object');
  return parsed;
};

const invalid = (message: string) =>
  new AppError('invalidInput', `The body is ${message}`, { problems: [{ path: '', message }] });
