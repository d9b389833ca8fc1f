import { counters, gauges, histograms, ratios } from './define.ts';
import type { Metric } from './types.ts';

/** Databases and caches. */
export const DATABASE: readonly Metric[] = [
  ...gauges([
    {
      name: 'database.connections',
      unit: '{connection}',
      meaning: 'Open connections, by state where it is reported.',
      defaultStat: 'sum',
      rows: ['001.070'],
    },
    {
      name: 'database.connectionsMax',
      unit: '{connection}',
      meaning: 'Connections that a server takes.',
      defaultStat: 'sum',
    },
    {
      name: 'database.poolConnections',
      unit: '{connection}',
      meaning: "Connections of a client's pool, by state (idle, used).",
      defaultStat: 'sum',
    },
    {
      name: 'database.poolMax',
      unit: '{connection}',
      meaning: "Connections that a client's pool may hold.",
      defaultStat: 'sum',
    },
    {
      name: 'redis.memory',
      unit: 'By',
      meaning: 'Memory that Redis uses.',
      defaultStat: 'sum',
      rows: ['001.072'],
    },
  ]),
  ...counters([
    {
      name: 'database.transactions',
      unit: '{transaction}',
      meaning: 'Transactions, by outcome (commit, rollback).',
      rows: ['004.027'],
    },
    {
      name: 'database.scans',
      unit: '{scan}',
      meaning: 'Scans of tables, by access (index, sequential).',
      rows: ['004.028'],
    },
    {
      name: 'database.blockReads',
      unit: '{block}',
      meaning: 'Blocks asked for, by outcome (hit: found in memory, miss: fetched).',
      rows: ['004.029'],
    },
    { name: 'redis.lookups', unit: '{lookup}', meaning: 'Keys looked up in Redis, by outcome (hit, miss).' },
  ]),
  ...histograms([
    {
      name: 'database.queryDuration',
      unit: 'ms',
      meaning: 'How long queries took.',
      rows: ['001.071', '004.025'],
    },
  ]),
  ...ratios([
    {
      name: 'database.connectionUtilization',
      numerator: { metric: 'database.connections', stat: 'sum' },
      denominator: { metric: 'database.connectionsMax', stat: 'sum' },
      scale: 100,
      unit: '%',
      meaning: 'Open connections, of those that the server takes.',
      rows: ['004.026'],
    },
    {
      name: 'database.poolUtilization',
      numerator: { metric: 'database.poolConnections', stat: 'sum', filter: ['state:used'] },
      denominator: { metric: 'database.poolMax', stat: 'sum' },
      scale: 100,
      unit: '%',
      meaning: "Used connections of a client's pool, of those that it may hold.",
      rows: ['004.026'],
    },
    {
      name: 'database.indexScanRatio',
      numerator: { metric: 'database.scans', stat: 'rate', filter: ['access:index'] },
      denominator: { metric: 'database.scans', stat: 'rate' },
      unit: '1',
      meaning: 'Share of scans that went by an index; low on a large table means that one is missing.',
      rows: ['004.028'],
    },
    {
      name: 'database.cacheHitRatio',
      numerator: { metric: 'database.blockReads', stat: 'rate', filter: ['outcome:hit'] },
      denominator: { metric: 'database.blockReads', stat: 'rate' },
      unit: '1',
      meaning: 'Share of blocks that the database found in memory.',
      rows: ['004.029'],
    },
    {
      name: 'redis.hitRatio',
      numerator: { metric: 'redis.lookups', stat: 'rate', filter: ['outcome:hit'] },
      denominator: { metric: 'redis.lookups', stat: 'rate' },
      unit: '1',
      meaning: 'Share of keys that Redis had.',
      rows: ['002.051', '004.029'],
    },
  ]),
];
