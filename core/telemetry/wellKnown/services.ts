import type { WellKnownNames } from './names.ts';

/** HTTP servers as Prometheus' client libraries and their frameworks name them. */
const HTTP: WellKnownNames = {
  labels: { code: 'status', status_code: 'status', handler: 'endpoint', route: 'endpoint', path: 'endpoint' },
  names: {
    http_requests_total: 'service.requests',
    http_request_duration_seconds: { to: 'service.requestDuration', scale: 1000 },
    http_request_size_bytes: 'service.requestSize',
    http_response_size_bytes: 'service.responseSize',
  },
};

/** Prometheus itself, and blackbox_exporter. */
const PROBES: WellKnownNames = {
  names: {
    up: 'service.up',
    probe_success: 'service.probeSuccess',
    probe_duration_seconds: { to: 'service.probeDuration', scale: 1000 },
    // Its other phases are name resolution and set-up.
    probe_icmp_duration_seconds: { to: 'host.networkLatency', scale: 1000, only: { phase: 'rtt' } },
  },
};

/** RabbitMQ's plugin, kafka_exporter, celery-exporter. */
const QUEUES: WellKnownNames = {
  labels: { queue_name: 'queue', topic: 'queue', consumergroup: 'consumer' },
  names: {
    rabbitmq_queue_messages_ready: 'queue.length',
    kafka_consumergroup_lag: 'queue.lag',
    celery_queue_length: 'queue.length',
    celery_task_runtime: { to: 'queue.processingTime', scale: 1000 },
  },
};

/** kube-state-metrics and cAdvisor. `deployment` is Kubernetes' own and stays as it is. */
const KUBERNETES: WellKnownNames = {
  names: {
    kube_pod_container_status_ready: 'container.ready',
    kube_pod_container_status_restarts_total: 'container.restarts',
    container_memory_working_set_bytes: 'container.memory',
    container_cpu_usage_seconds_total: 'container.cpuTime',
    container_oom_events_total: 'container.oomEvents',
    // One series for each condition and status; this one is 1 while the node is ready.
    kube_node_status_condition: { to: 'cluster.nodesReady', only: { condition: 'Ready', status: 'true' } },
    kube_pod_status_phase: 'cluster.pods',
    kube_deployment_spec_replicas: 'cluster.replicasDesired',
    kube_deployment_status_replicas_available: 'cluster.replicasAvailable',
  },
};

export const SERVICES: readonly WellKnownNames[] = [HTTP, PROBES, QUEUES, KUBERNETES];
