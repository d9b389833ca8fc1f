import { findMetric } from '../../metrics.ts';
import type { Target, WellKnownNames } from './names.ts';

type Instrument = Target & { unit: keyof typeof SUFFIXES };

/** What the OpenTelemetry specification of Prometheus compatibility puts behind a name for its unit. */
const SUFFIXES = { s: '_seconds', ms: '_milliseconds', By: '_bytes', '1': '_ratio', none: '' } as const;

/** Attributes of today's and yesterday's semantic conventions. */
const ATTRIBUTES: Record<string, string> = {
  'gen_ai.request.model': 'model',
  'gen_ai.provider.name': 'provider',
  'gen_ai.system': 'provider',
  'gen_ai.token.type': 'tokenType',
  'gen_ai.operation.name': 'operation',
  'http.request.method': 'method',
  'http.method': 'method',
  'http.response.status_code': 'status',
  'http.status_code': 'status',
  'http.route': 'endpoint',
  'error.type': 'errorType',
  'system.memory.state': 'state',
  'system.filesystem.state': 'state',
  'system.filesystem.mountpoint': 'mountpoint',
  'system.device': 'device',
  'disk.io.direction': 'direction',
  'network.io.direction': 'direction',
  'network.interface.name': 'device',
  'db.client.connection.state': 'state',
  'messaging.destination.name': 'queue',
  'hw.id': 'gpu',
  'hw.name': 'gpuModel',
};

/** Of CPU time alone: the collector's `state` is a mode here, but of memory and file systems it is a state. */
const CPU_ATTRIBUTES: Record<string, string> = {
  'cpu.mode': 'mode',
  'system.cpu.state': 'mode',
  'process.cpu.state': 'mode',
  state: 'mode',
};

const CPU_INSTRUMENTS: Record<string, Instrument> = {
  'system.cpu.time': { to: 'host.cpuTime', unit: 's' },
  'system.cpu.utilization': { to: 'host.cpuModeUtilization', unit: '1', scale: 100 },
  'process.cpu.time': { to: 'process.cpuTime', unit: 's' },
  'process.cpu.utilization': { to: 'process.cpuUtilization', unit: '1', scale: 100 },
};

/** From the semantic conventions, and the collector's hostmetrics, postgresql and redis receivers. */
const INSTRUMENTS: Record<string, Instrument> = {
  'gen_ai.client.token.usage': { to: 'client.tokens', unit: 'none' },
  'gen_ai.client.operation.duration': { to: 'client.operationDuration', unit: 's', scale: 1000 },
  'gen_ai.client.operation.time_to_first_chunk': { to: 'client.timeToFirstChunk', unit: 's', scale: 1000 },
  'gen_ai.server.request.duration': { to: 'serving.requestLatency', unit: 's', scale: 1000 },
  'gen_ai.server.time_to_first_token': { to: 'serving.timeToFirstToken', unit: 's', scale: 1000 },
  'gen_ai.server.time_per_output_token': { to: 'serving.timePerOutputToken', unit: 's', scale: 1000 },
  'http.server.request.duration': { to: 'service.requestDuration', unit: 's', scale: 1000 },
  'http.server.duration': { to: 'service.requestDuration', unit: 'ms' },
  'http.server.request.body.size': { to: 'service.requestSize', unit: 'By' },
  'http.server.response.body.size': { to: 'service.responseSize', unit: 'By' },
  'http.server.active_requests': { to: 'service.activeRequests', unit: 'none' },
  'http.client.request.duration': { to: 'service.clientDuration', unit: 's', scale: 1000 },
  'messaging.process.duration': { to: 'queue.processingTime', unit: 's', scale: 1000 },
  'db.client.operation.duration': { to: 'database.queryDuration', unit: 's', scale: 1000 },
  'db.client.connection.count': { to: 'database.poolConnections', unit: 'none' },
  'db.client.connection.max': { to: 'database.poolMax', unit: 'none' },
  'postgresql.backends': { to: 'database.connections', unit: 'none' },
  'postgresql.connection.max': { to: 'database.connectionsMax', unit: 'none' },
  'postgresql.commits': { to: 'database.transactions', unit: 'none', set: { outcome: 'commit' } },
  'postgresql.rollbacks': { to: 'database.transactions', unit: 'none', set: { outcome: 'rollback' } },
  'redis.memory.used': { to: 'redis.memory', unit: 'By' },
  'redis.keyspace.hits': { to: 'redis.lookups', unit: 'none', set: { outcome: 'hit' } },
  'redis.keyspace.misses': { to: 'redis.lookups', unit: 'none', set: { outcome: 'miss' } },
  'system.cpu.load_average.1m': { to: 'host.load1', unit: 'none' },
  'system.cpu.load_average.5m': { to: 'host.load5', unit: 'none' },
  'system.cpu.load_average.15m': { to: 'host.load15', unit: 'none' },
  'system.memory.usage': { to: 'host.memoryUsage', unit: 'By' },
  'system.memory.utilization': used('host.memoryUtilization', 'system.memory.state'),
  'system.filesystem.usage': { to: 'host.diskUsage', unit: 'By' },
  'system.filesystem.utilization': used('host.diskUtilization', 'system.filesystem.state'),
  'system.disk.io': { to: 'host.diskIo', unit: 'By' },
  'system.disk.operations': { to: 'host.diskOperations', unit: 'none' },
  'system.disk.operation_time': { to: 'host.diskOperationTime', unit: 's' },
  'system.disk.io_time': { to: 'host.diskBusyTime', unit: 's' },
  'system.network.io': { to: 'host.networkIo', unit: 'By' },
  'system.network.errors': { to: 'host.networkErrors', unit: 'none' },
  'process.memory.usage': { to: 'process.memory', unit: 'By' },
  'process.uptime': { to: 'service.uptime', unit: 's' },
  'container.cpu.time': { to: 'container.cpuTime', unit: 's' },
  'container.memory.working_set': { to: 'container.memory', unit: 'By' },
  'hw.gpu.utilization': { to: 'gpu.utilization', unit: '1', scale: 100, only: { 'hw.gpu.task': 'general' } },
  'hw.gpu.memory.usage': { to: 'gpu.memoryUsed', unit: 'By' },
  'hw.gpu.memory.limit': { to: 'gpu.memoryTotal', unit: 'By' },
  'hw.gpu.memory.utilization': { to: 'gpu.memoryUtilization', unit: '1', scale: 100 },
};

/** Utilization by state: the used share alone says how full it is. The collector calls the label plainly `state`. */
function used(to: string, stateLabel: string): Instrument {
  return { to, unit: '1', scale: 100, only: { state: 'used', [stateLabel]: 'used' } };
}

/** As Prometheus spells it: letters, digits and underscores. */
const underscored = (name: string): string => name.replaceAll('.', '_');

/** A name as OTLP has it, and as Prometheus has it with and without the suffixes of unit and kind. */
const spellings = (name: string, { to, unit }: Instrument): string[] => {
  const source = findMetric(to)?.source;
  const total = source?.from === 'sample' && source.kind === 'counter' ? '_total' : '';
  const plain = underscored(name);
  return [...new Set([name, plain, `${plain}${SUFFIXES[unit]}${total}`])];
};

const bothSpellings = (labels: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(labels).flatMap(([name, value]) => [
      [name, value],
      [underscored(name), value],
    ]),
  );

const group = (attributes: Record<string, string>, instruments: Record<string, Instrument>): WellKnownNames => ({
  labels: bothSpellings(attributes),
  names: Object.fromEntries(
    Object.entries(instruments).flatMap(([name, instrument]) => {
      const { unit, only, ...target } = instrument;
      const bound = only === undefined ? target : { ...target, only: bothSpellings(only) };
      return spellings(name, instrument).map((spelling) => [spelling, bound]);
    }),
  ),
});

export const OPEN_TELEMETRY: readonly WellKnownNames[] = [
  group(CPU_ATTRIBUTES, CPU_INSTRUMENTS),
  group(ATTRIBUTES, INSTRUMENTS),
];
