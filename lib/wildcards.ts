/** Every action that is allowed on any resource, and why. A test holds that there is no other. */
export const BARE_WILDCARDS: readonly { readonly actions: readonly string[]; readonly reason: string }[] = [
  {
    actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
    reason: 'traces are no resource',
  },
  {
    actions: ['cloudwatch:ListMetrics', 'cloudwatch:GetMetricData'],
    reason: 'reading metrics cannot be narrowed to a namespace',
  },
  {
    actions: ['ec2:DescribeInstances', 'sagemaker:ListEndpoints'],
    reason: 'listing cannot be narrowed to some instances or endpoints; both only read',
  },
  {
    actions: ['ce:GetCostAndUsage'],
    reason: 'a bill is of the whole account; only numbers are read, and pages are counted and capped',
  },
  {
    actions: ['cloudwatch:PutMetricData'],
    reason: 'metrics are no resource; the statement is bound to the fleet’s namespace',
  },
  {
    actions: [
      'cloudwatch:DescribeAlarms',
      'cloudwatch:GetMetricData',
      'cloudwatch:GetMetricStatistics',
      'cloudwatch:GetMetricWidgetImage',
      'cloudwatch:ListMetrics',
    ],
    reason: 'what draws the graph beside an alarm in a chat channel, and the most that may be done there',
  },
  {
    actions: ['timestream:DescribeEndpoints'],
    reason: 'its clients look up their endpoint first, which is no resource',
  },
];
