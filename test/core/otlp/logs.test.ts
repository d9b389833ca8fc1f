import { SeverityNumber } from '@opentelemetry/api-logs';
import { describe, expect, it } from 'vitest';
import { decodeOtlpLogs } from '../../../core/telemetry/otlp/logs.ts';
import { any, attributes, door, json, NOW, nanos } from './door.ts';
import { logBodies } from './sdk.ts';

const decode = (logRecords: unknown[], options = door()) =>
  decodeOtlpLogs(json({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }), 'json', options);

describe('OTLP logs', () => {
  it('of the OpenTelemetry SDK come out the same from protobuf and JSON', () => {
    const bodies = logBodies((logger) => {
      logger.emit({ body: 'started', severityNumber: SeverityNumber.INFO, attributes: { port: 8080, ok: true } });
      logger.emit({ body: { code: 7, parts: ['a', null] }, severityText: 'Warn', eventName: 'http.failed' });
    });
    const options = door({ nowMs: Date.now() + 1000 });

    const fromProtobuf = decodeOtlpLogs(bodies.protobuf, 'protobuf', options);

    expect(fromProtobuf).toEqual(decodeOtlpLogs(bodies.json, 'json', options));
    expect(fromProtobuf.content.logs).toMatchObject([
      { severity: 'INFO', body: 'started', service: 'search', attributes: { port: 8080, ok: true } },
      { severity: 'Warn', body: { code: 7, parts: ['a', null] }, attributes: { 'event.name': 'http.failed' } },
    ]);
  });

  it('take the time observed, or now, when a record has none', () => {
    const decoded = decode([{ observedTimeUnixNano: nanos(-5) }, { timeUnixNano: '0' }]);

    expect(decoded.content.logs.map(({ timestamp }) => timestamp - NOW)).toEqual([-5, 0]);
  });

  it('keep of a message event its structure alone', () => {
    const body = any({
      index: 0,
      finish_reason: 'stop',
      message: { role: 'assistant', content: 'SECRET', note: 'SECRET' },
    });
    const records = [
      { eventName: 'gen_ai.choice', body },
      { attributes: attributes({ 'event.name': 'gen_ai.user.message' }), body: any('SECRET') },
      { body: any({ prompt: 'SECRET', length: 6 }) },
    ];

    const decoded = decode(records);

    expect(decoded.content.logs.map((log) => log.body)).toEqual([
      { index: 0, finish_reason: 'stop', message: { role: 'assistant', note: null } },
      null,
      { length: 6 },
    ]);
    expect(JSON.stringify(decode(records, door({ keepContent: true }))).match(/SECRET/g)).toHaveLength(4);
  });

  it('reject what is wrong with its path and keep what is beside it', () => {
    const decoded = decode([{ body: any('x') }, { timeUnixNano: nanos(-4e9) }, { traceId: 'no' }, 7, { body: 'bare' }]);

    expect(decoded.accepted).toBe(1);
    expect(decoded.rejected.map(({ path }) => path.replace('resourceLogs[0].scopeLogs[0].', ''))).toEqual([
      'logRecords[1].timeUnixNano',
      'logRecords[2].traceId',
      'logRecords[3]',
      'logRecords[4].body',
    ]);
  });

  it('do not follow values nested deeper than 32', () => {
    let deep: object = { stringValue: 'x' };
    for (let i = 0; i < 40; i++) deep = { arrayValue: { values: [deep] } };

    expect(decode([{ body: deep }]).rejected[0]!.message).toContain('deeper than 32');
  });
});
