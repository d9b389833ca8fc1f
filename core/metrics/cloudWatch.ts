/** A metric that CloudWatch keeps: what an alarm watches and a dashboard shows. */
export interface CloudWatchMetric {
  namespace: string;
  name: string;
  /** The dimensions it comes with, in the order of the console's tables; [] = none, undefined = they differ by sender. */
  dimensions?: readonly string[];
  /** UCUM-like, as in the catalogue. */
  unit: string;
}

/** Namespace of what Modelmeter says of itself. */
export const OWN_NAMESPACE = 'Modelmeter';
/** Namespace of what the CloudWatch agent says of GPU hosts. */
export const FLEET_NAMESPACE = 'Modelmeter/Fleet';

type Line = readonly [name: string, unit: string];

const table = <K extends string>(
  namespace: string,
  dimensions: readonly string[] | undefined,
  lines: Readonly<Record<K, Line>>,
): Record<K, CloudWatchMetric> =>
  Object.fromEntries(
    Object.entries<Line>(lines).map(([key, [name, unit]]) => [
      key,
      { namespace, name, unit, ...(dimensions && { dimensions }) },
    ]),
  ) as Record<K, CloudWatchMetric>;

/** Few, without dimensions: each is a custom metric that is paid for, in the hours in which it is sent. */
export const OWN = table(OWN_NAMESPACE, [], {
  ingestedItems: ['IngestedItems', '{item}'],
  rejectedItems: ['RejectedItems', '{item}'],
  rollupLag: ['RollupLag', 's'],
  heartbeatAge: ['HeartbeatAge', 's'],
  scanFailures: ['ScanFailures', '{failure}'],
  unreadRecords: ['UnreadRecords', '{record}'],
});

export const API = table('AWS/ApiGateway', ['ApiId'], {
  requests: ['Count', '{request}'],
  clientErrors: ['4xx', '{request}'],
  serverErrors: ['5xx', '{request}'],
  latency: ['Latency', 'ms'],
  integrationLatency: ['IntegrationLatency', 'ms'],
  bytes: ['DataProcessed', 'By'],
});

export const FUNCTION = table('AWS/Lambda', ['FunctionName'], {
  invocations: ['Invocations', '{invocation}'],
  errors: ['Errors', '{error}'],
  throttles: ['Throttles', '{invocation}'],
  duration: ['Duration', 'ms'],
  concurrency: ['ConcurrentExecutions', '1'],
});

export const QUEUE = table('AWS/SQS', ['QueueName'], {
  visible: ['ApproximateNumberOfMessagesVisible', '{message}'],
  oldestAge: ['ApproximateAgeOfOldestMessage', 's'],
  sent: ['NumberOfMessagesSent', '{message}'],
});

export const TABLE = table('AWS/DynamoDB', ['TableName'], {
  readThrottles: ['ReadThrottleEvents', '{event}'],
  writeThrottles: ['WriteThrottleEvents', '{event}'],
  readUnits: ['ConsumedReadCapacityUnits', '1'],
  writeUnits: ['ConsumedWriteCapacityUnits', '1'],
});

export const FIREHOSE = table('AWS/Firehose', ['DeliveryStreamName'], {
  transformed: ['ExecuteProcessing.Success', '1'],
});

export const BEDROCK = table('AWS/Bedrock', ['ModelId'], {
  invocations: ['Invocations', '{request}'],
  latency: ['InvocationLatency', 'ms'],
  firstToken: ['TimeToFirstToken', 'ms'],
  clientErrors: ['InvocationClientErrors', '{request}'],
  serverErrors: ['InvocationServerErrors', '{request}'],
  throttles: ['InvocationThrottles', '{request}'],
  inputTokens: ['InputTokenCount', '{token}'],
  outputTokens: ['OutputTokenCount', '{token}'],
});

/** Latencies are in microseconds. */
export const SAGEMAKER = table('AWS/SageMaker', ['EndpointName', 'VariantName'], {
  invocations: ['Invocations', '{request}'],
  latency: ['ModelLatency', 'us'],
  overhead: ['OverheadLatency', 'us'],
  clientErrors: ['Invocation4XXErrors', '{request}'],
  serverErrors: ['Invocation5XXErrors', '{request}'],
});

export const RDS = table('AWS/RDS', ['DBInstanceIdentifier'], {
  connections: ['DatabaseConnections', '{connection}'],
  readLatency: ['ReadLatency', 's'],
});

export const REDIS = table('AWS/ElastiCache', ['CacheClusterId', 'CacheNodeId'], {
  memory: ['BytesUsedForCache', 'By'],
});

/** The CloudWatch agent's GPU measurements. Memory is in MiB; `bandwidth` says nothing of how full it is. */
export const GPU_HOST = table(FLEET_NAMESPACE, undefined, {
  utilization: ['nvidia_smi_utilization_gpu', '%'],
  memoryUsed: ['nvidia_smi_memory_used', 'MiBy'],
  memoryTotal: ['nvidia_smi_memory_total', 'MiBy'],
  memoryFree: ['nvidia_smi_memory_free', 'MiBy'],
  temperature: ['nvidia_smi_temperature_gpu', 'Cel'],
  bandwidth: ['nvidia_smi_utilization_memory', '%'],
  power: ['nvidia_smi_power_draw', 'W'],
});

/** The CloudWatch agent's measurements of the host itself. */
export const HOST_AGENT = table(FLEET_NAMESPACE, undefined, {
  cpuIdle: ['cpu_usage_idle', '%'],
  cpuWait: ['cpu_usage_iowait', '%'],
  memory: ['mem_used_percent', '%'],
  disk: ['disk_used_percent', '%'],
  swap: ['swap_used_percent', '%'],
  diskBusy: ['diskio_io_time', 'ms'],
  diskRead: ['diskio_read_bytes', 'By'],
  diskWrite: ['diskio_write_bytes', 'By'],
  tcpEstablished: ['netstat_tcp_established', '1'],
  tcpTimeWait: ['netstat_tcp_time_wait', '1'],
  received: ['net_bytes_recv', 'By'],
  sent: ['net_bytes_sent', 'By'],
});

/** What the agent scrapes of a vLLM server, where the configuration names its port. */
export const VLLM = table(FLEET_NAMESPACE, ['InstanceId'], {
  running: ['vllm:num_requests_running', '{request}'],
  waiting: ['vllm:num_requests_waiting', '{request}'],
  kvCache: ['vllm:kv_cache_usage_perc', '1'],
});

/** What the agent scrapes of a DCGM exporter and nvidia-smi does not say, where the configuration names its port. */
export const DCGM = table(FLEET_NAMESPACE, ['InstanceId', 'gpu'], {
  lastXid: ['DCGM_FI_DEV_XID_ERRORS', '1'],
  smActive: ['DCGM_FI_PROF_SM_ACTIVE', '1'],
  tensorActive: ['DCGM_FI_PROF_PIPE_TENSOR_ACTIVE', '1'],
});

/** What a metric stream sends into the rollups: what the evaluation needs. Each series costs $0.13 a month, being updated each minute. */
export const STREAMED: readonly CloudWatchMetric[] = [
  GPU_HOST.utilization,
  GPU_HOST.memoryUsed,
  GPU_HOST.memoryTotal,
  GPU_HOST.temperature,
  HOST_AGENT.memory,
  HOST_AGENT.disk,
];
