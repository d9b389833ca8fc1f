import type { Meter, Tracer } from '@opentelemetry/api';
import type { Logger } from '@opentelemetry/api-logs';
import {
  JsonLogsSerializer,
  JsonMetricsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type ViewOptions,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { OtlpEncoding } from '../../../core/telemetry/otlp/body.ts';

/** Bodies as the OpenTelemetry JS SDK's own exporters make them. */
export type Bodies = Record<OtlpEncoding, Uint8Array>;

const resource = (attributes: Record<string, string>): Resource => resourceFromAttributes(attributes);

export const metricBodies = async (
  record: (meter: Meter) => void,
  options: { temporality?: AggregationTemporality; resource?: Record<string, string>; views?: ViewOptions[] } = {},
): Promise<Bodies> => {
  const exporter = new InMemoryMetricExporter(options.temporality ?? AggregationTemporality.CUMULATIVE);
  const provider = new MeterProvider({
    resource: resource(options.resource ?? { 'service.name': 'search' }),
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e8 })],
    ...(options.views ? { views: options.views } : {}),
  });
  record(provider.getMeter('test'));
  await provider.forceFlush();
  const metrics = exporter.getMetrics()[0]!;
  const bodies = {
    protobuf: ProtobufMetricsSerializer.serializeRequest(metrics)!,
    json: JsonMetricsSerializer.serializeRequest(metrics)!,
  };
  await provider.shutdown();
  return bodies;
};

export const spanBodies = (
  record: (tracer: Tracer) => void,
  attributes: Record<string, string> = { 'service.name': 'search' },
): Bodies => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    resource: resource(attributes),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  record(provider.getTracer('test'));
  const spans = exporter.getFinishedSpans();
  return {
    protobuf: ProtobufTraceSerializer.serializeRequest(spans)!,
    json: JsonTraceSerializer.serializeRequest(spans)!,
  };
};

export const logBodies = (record: (logger: Logger) => void): Bodies => {
  const exporter = new InMemoryLogRecordExporter();
  const provider = new LoggerProvider({
    resource: resource({ 'service.name': 'search' }),
    processors: [new SimpleLogRecordProcessor({ exporter })],
  });
  record(provider.getLogger('test'));
  const logs = exporter.getFinishedLogRecords();
  return { protobuf: ProtobufLogsSerializer.serializeRequest(logs)!, json: JsonLogsSerializer.serializeRequest(logs)! };
};
