import { Message, parse, Reader, type ReflectionObject, Type } from 'protobufjs';
import { AppError } from '../../errors.ts';

/**
 * Messages and values that one body may hold. A message costs some hundred bytes of memory and as few as two on the wire,
 * so without this bound 32 MiB of empty messages would take gigabytes.
 */
export const MAX_MESSAGES = 1_000_000;

export const tooManyMessages = () =>
  new AppError('tooLarge', `The body holds more than ${MAX_MESSAGES} messages; send it in smaller parts.`);

let messages = 0;

/** A decoded message. Only its own properties were sent: read them with Object.hasOwn, the rest are defaults. */
class Counted extends Message<object> {
  constructor() {
    super();
    if (++messages > MAX_MESSAGES) throw tooManyMessages();
  }
}

const typesOf = (nested: readonly ReflectionObject[]): Type[] =>
  nested.flatMap((object) => (object instanceof Type ? [object, ...typesOf(object.nestedArray)] : []));

/**
 * A decoder of one message type of a proto3 schema. Fields the schema leaves out are skipped.
 *
 * @returns a function that throws AppError `invalidInput` with the reason when the bytes are not such a message, and
 *   `tooLarge` when they hold too many
 */
export const protobufDecoder = (schema: string, root: string) => {
  let type: Type | undefined;
  return (body: Uint8Array): object => {
    messages = 0;
    type ??= typeOf(schema, root); // when it is first needed: a process that only gets JSON starts sooner
    try {
      return type.decode(Reader.create(body));
    } catch (error) {
      if (error instanceof AppError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new AppError('invalidInput', `The body is not a protobuf ${root}: ${reason}`, {
        problems: [{ path: '', message: `not a protobuf ${root}: ${reason}` }],
      });
    }
  };
};

const typeOf = (schema: string, root: string): Type => {
  const parsed = parse(schema).root;
  for (const type of typesOf(parsed.nestedArray)) type.ctor = class extends Counted {};
  return parsed.lookupType(root);
};
