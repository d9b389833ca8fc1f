import protobuf from 'protobufjs';

/** From opentelemetry-proto 1.0.0, written down here by its own field numbers: what CloudWatch's producer encodes with. */
const ROOT = protobuf
  .parse(`
syntax = "proto3";
message ExportMetricsServiceRequest { repeated ResourceMetrics resource_metrics = 1; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; string schema_url = 3; }
message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
message ScopeMetrics { InstrumentationScope scope = 1; repeated Metric metrics = 2; string schema_url = 3; }
message InstrumentationScope { string name = 1; string version = 2; }
message Metric { string name = 1; string description = 2; string unit = 3; oneof data { Summary summary = 11; Gauge gauge = 5; } }
message Gauge { repeated SummaryDataPoint data_points = 1; }
message Summary { repeated SummaryDataPoint data_points = 1; }
message SummaryDataPoint {
  repeated KeyValue attributes = 7; fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3; fixed64 count = 4;
  double sum = 5; repeated ValueAtQuantile quantile_values = 6; uint32 flags = 8;
  message ValueAtQuantile { double quantile = 1; double value = 2; }
}
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string string_value = 1; KeyValueList kvlist_value = 6; } }
message KeyValueList { repeated KeyValue values = 1; }
`)
  .root.lookupType('ExportMetricsServiceRequest');

const text = (key: string, value: string) => ({ key, value: { stringValue: value } });
export interface StreamedPoint {
  metric: string;
  dimensions: Record<string, string>;
  count?: number;
  sum: number;
  /** Of its minute, epoch milliseconds. */
  startMs: number;
}

/** One record of the stream as AWS documents it: requests, each preceded by its length. */
export const streamRecord = (...requests: StreamedPoint[][]): Uint8Array =>
  Buffer.concat(
    requests.map((points) =>
      ROOT.encodeDelimited(
        ROOT.fromObject({
          resourceMetrics: [
            {
              resource: {
                attributes: [
                  text('cloud.provider', 'aws'),
                  text('cloud.account.id', '123456789012'),
                  text('cloud.region', 'eu-west-1'),
                  text('aws.exporter.arn', 'arn:aws:cloudwatch:eu-west-1:123456789012:metric-stream/fleet'),
                ],
              },
              scopeMetrics: [
                {
                  metrics: points.map(({ metric, dimensions, count = 1, sum, startMs }) => ({
                    name: `amazonaws.com/Modelmeter/Fleet/${metric}`,
                    unit: '1',
                    summary: {
                      dataPoints: [
                        {
                          startTimeUnixNano: `${startMs}000000`,
                          timeUnixNano: `${startMs + 60_000}000000`,
                          count,
                          sum,
                          quantileValues: [
                            { quantile: 0, value: sum / count },
                            { quantile: 1, value: sum / count },
                          ],
                          attributes: [
                            text('Namespace', 'Modelmeter/Fleet'),
                            text('MetricName', metric),
                            {
                              key: 'Dimensions',
                              value: {
                                kvlistValue: { values: Object.entries(dimensions).map(([k, v]) => text(k, v)) },
                              },
                            },
                          ],
                        },
                      ],
                    },
                  })),
                },
              ],
            },
          ],
        }),
      ).finish(),
    ),
  );
