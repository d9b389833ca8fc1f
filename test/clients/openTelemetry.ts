import { OTLPLogExporter as JsonLogs } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufLogs } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter as JsonMetrics } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufMetrics } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as JsonTraces } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufTraces } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader, type ViewOptions } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { vi } from 'vitest';

/** How an application is set up to send: by OpenTelemetry's own environment variables and nothing else. */
export interface Setup {
  endpoint: string;
  encoding: 'protobuf' | 'json';
  compression: 'gzip' | 'none';
  temporality?: 'cumulative' | 'delta';
}

const EXPORTERS = {
  protobuf: { metrics: ProtobufMetrics, traces: ProtobufTraces, logs: ProtobufLogs },
  json: { metrics: JsonMetrics, traces: JsonTraces, logs: JsonLogs },
};

/** Makes something while the environment says where and how to send. */
const inEnvironment = <T>({ endpoint, compression, temporality }: Setup, make: () => T): T => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint);
  vi.stubEnv('OTEL_EXPORTER_OTLP_COMPRESSION', compression);
  vi.stubEnv('OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE', temporality ?? 'cumulative');
  try {
    return make();
  } finally {
    vi.unstubAllEnvs();
  }
};

const resourceOf = (service: string, attributes: Record<string, string> = {}) =>
  resourceFromAttributes({ 'service.name': service, ...attributes });

const NEVER_BY_ITSELF_MS = 3_600_000;

/** Meters of an application; `forceFlush` exports what they read. */
export const metrics = (setup: Setup, service: string, views: ViewOptions[] = []): MeterProvider => {
  const exporter = inEnvironment(setup, () => new EXPORTERS[setup.encoding].metrics());
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: NEVER_BY_ITSELF_MS });
  return new MeterProvider({ resource: resourceOf(service), readers: [reader], views });
};

/** Tracers of an application; `forceFlush` exports the spans that ended. */
export const traces = (setup: Setup, service: string, attributes?: Record<string, string>): BasicTracerProvider => {
  const exporter = inEnvironment(setup, () => new EXPORTERS[setup.encoding].traces());
  return new BasicTracerProvider({
    resource: resourceOf(service, attributes),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
};

/** Loggers of an application; `forceFlush` exports what was logged. */
export const logs = (setup: Setup, service: string): LoggerProvider => {
  const exporter = inEnvironment(setup, () => new EXPORTERS[setup.encoding].logs());
  return new LoggerProvider({ resource: resourceOf(service), processors: [new BatchLogRecordProcessor({ exporter })] });
};

/** The two encodings, with and without compression. */
export const ENCODINGS = [
  { encoding: 'protobuf', compression: 'gzip' },
  { encoding: 'protobuf', compression: 'none' },
  { encoding: 'json', compression: 'gzip' },
  { encoding: 'json', compression: 'none' },
] as const satisfies Pick<Setup, 'encoding' | 'compression'>[];
