import type { Problem } from '../../core/errors.ts';
import type { Decoded, DoorOptions } from '../../core/telemetry/decoded.ts';
import { OTLP_PATHS, PROTOBUF } from './otlpFailure.ts';
import { json, respond } from './respond.ts';
import { partialSuccess } from './rpcStatus.ts';

/** What OTLP/HTTP comes as. */
export const OTLP_ENCODINGS = { [PROTOBUF]: 'protobuf', 'application/json': 'json' } as const;
export type OtlpEncoding = (typeof OTLP_ENCODINGS)[keyof typeof OTLP_ENCODINGS];

export interface OtlpSignal {
  path: string;
  /** What the sender counts: the field of the response that says how many were left out. */
  rejectedField: 'rejectedDataPoints' | 'rejectedSpans' | 'rejectedLogRecords';
  decode: (body: Uint8Array, encoding: OtlpEncoding, options: DoorOptions) => Promise<Decoded>;
}

/** Decoders are loaded when they are first needed: they bring a protobuf library and the table of well-known names. */
export const OTLP_SIGNALS: readonly OtlpSignal[] = [
  {
    path: OTLP_PATHS.metrics,
    rejectedField: 'rejectedDataPoints',
    decode: async (...body) => (await import('../../core/telemetry/otlp/metrics.ts')).decodeOtlpMetrics(...body),
  },
  {
    path: OTLP_PATHS.traces,
    rejectedField: 'rejectedSpans',
    decode: async (...body) => (await import('../../core/telemetry/otlp/traces.ts')).decodeOtlpTraces(...body),
  },
  {
    path: OTLP_PATHS.logs,
    rejectedField: 'rejectedLogRecords',
    decode: async (...body) => (await import('../../core/telemetry/otlp/logs.ts')).decodeOtlpLogs(...body),
  },
];

/** Says that an export was taken, with what was left out of it or noticed, in the encoding it came in. */
export const otlpResponse = (signal: OtlpSignal, encoding: OtlpEncoding, { rejected, noted }: Decoded): Response => {
  const problems = [...rejected, ...noted];
  if (encoding === 'protobuf') {
    const body = problems.length === 0 ? new Uint8Array() : partialSuccess(rejected.length, summary(problems));
    return respond(200, PROTOBUF, body);
  }
  if (problems.length === 0) return json(200, {});
  // A 64-bit integer is a string in the JSON of protobuf.
  const partial = { [signal.rejectedField]: String(rejected.length), errorMessage: summary(problems) };
  return json(200, { partialSuccess: partial });
};

const SUMMARISED = 3;

const summary = (problems: readonly Problem[]): string => {
  const some = problems
    .slice(0, SUMMARISED)
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  const more = problems.length - some.length;
  return some.join('; ') + (more > 0 ? `; and ${more} more` : '');
};
