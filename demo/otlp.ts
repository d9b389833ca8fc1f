/** The few shapes of OTLP/JSON that the simulated clients send (opentelemetry-proto 1.x, JSON mapping). */

export type Attributes = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Attributes as OTLP writes them: integers as strings, since a JSON number does not hold 64 bits. */
export const attributes = (values: Attributes) =>
  Object.entries(values).map(([key, value]) => ({ key, value: anyValue(value) }));

const anyValue = (value: Attributes[string]): object => {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { arrayValue: { values: value.map((item) => ({ stringValue: item })) } };
};

/** Epoch milliseconds, fractions allowed, as nanoseconds in a string; exact to the microsecond. */
export const nanos = (ms: number): string => {
  const whole = Math.floor(ms);
  return `${whole}${String(Math.round((ms - whole) * 1000)).padStart(3, '0')}000`;
};

export interface Point {
  attributes: ReturnType<typeof attributes>;
  timeUnixNano: string;
  startTimeUnixNano?: string;
}
export type NumberPoint = Point & { asDouble: number };
export type HistogramPoint = Point & {
  count: string;
  sum: number;
  bucketCounts: string[];
  explicitBounds: readonly number[];
};

export type OtlpMetric = { name: string; unit: string } & (
  | { gauge: { dataPoints: NumberPoint[] } }
  | { sum: { dataPoints: NumberPoint[]; aggregationTemporality: 2; isMonotonic: true } }
  | { histogram: { dataPoints: HistogramPoint[]; aggregationTemporality: 2 } }
);

export interface ResourceMetrics {
  resource: { attributes: ReturnType<typeof attributes> };
  scopeMetrics: { scope: { name: string }; metrics: OtlpMetric[] }[];
}
