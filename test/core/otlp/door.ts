import type { DoorOptions } from '../../../core/telemetry/decoded.ts';

/** 2025-06-01T12:00:00Z. */
export const NOW = 1_748_779_200_000;

export const door = (options: Partial<DoorOptions> = {}): DoorOptions => ({
  nowMs: NOW,
  maxAgeMs: 35 * 86_400_000,
  maxAheadMs: 600_000,
  keepContent: false,
  ...options,
});

/** Bytes of a JSON body. */
export const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** Nanoseconds of `NOW + ms` as OTLP's JSON writes them. */
export const nanos = (ms: number): string => `${NOW + ms}000000`;

type Value = string | number | boolean | null | Value[] | { [key: string]: Value };

const anyValue = (value: Value): object => {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (value === null) return {};
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  return { kvlistValue: { values: attributes(value) } };
};

/** OTLP's list of key and value from an object. */
export const attributes = (record: Record<string, Value>): object[] =>
  Object.entries(record).map(([key, value]) => ({ key, value: anyValue(value) }));

export const any = anyValue;
