import type { Target, WellKnownNames } from './names.ts';

const outcome = (to: string, of: string): Target => ({ to, set: { outcome: of } });
const scans = (access: string): Target => ({ to: 'database.scans', set: { access } });

/** postgres_exporter: its counters have no suffix, and one of its gauges ends in `_count`. */
const POSTGRES: WellKnownNames = {
  labels: { datname: 'database', relname: 'table' },
  names: {
    pg_stat_activity_count: 'database.connections',
    pg_settings_max_connections: 'database.connectionsMax',
    pg_stat_database_xact_commit: outcome('database.transactions', 'commit'),
    pg_stat_database_xact_rollback: outcome('database.transactions', 'rollback'),
    pg_stat_database_blks_hit: outcome('database.blockReads', 'hit'),
    pg_stat_database_blks_read: outcome('database.blockReads', 'miss'),
    pg_stat_user_tables_idx_scan: scans('index'),
    pg_stat_user_tables_seq_scan: scans('sequential'),
    postgresql_connections_active: { to: 'database.connections', set: { state: 'active' } },
    postgresql_query_duration_seconds: { to: 'database.queryDuration', scale: 1000 },
  },
};

/** mysqld_exporter. */
const MYSQL: WellKnownNames = {
  names: {
    mysql_global_status_threads_connected: 'database.connections',
    mysql_global_variables_max_connections: 'database.connectionsMax',
  },
};

/** redis_exporter, and the name that exporters of one's own give its memory. */
const REDIS: WellKnownNames = {
  names: {
    redis_memory_used_bytes: 'redis.memory',
    redis_memory_usage_bytes: 'redis.memory',
    redis_keyspace_hits_total: outcome('redis.lookups', 'hit'),
    redis_keyspace_misses_total: outcome('redis.lookups', 'miss'),
  },
};

export const DATABASES: readonly WellKnownNames[] = [POSTGRES, MYSQL, REDIS];
