import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readLogDelivery } from '../../adapters/aws/logDelivery.ts';

const packed = (value: unknown) =>
  gzipSync(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');
const delivery = (messageType: string) => ({
  messageType,
  owner: '123456789012',
  logGroup: '/aws/bedrock/calls',
  logStream: 'aws/bedrock/modelinvocations',
  subscriptionFilters: ['BedrockCalls'],
  logEvents: [{ id: '3870', timestamp: 1_772_584_682_000, message: '{}' }],
});

describe('a delivery of CloudWatch Logs', () => {
  it('is gzip in base64, and says which log group and which events', () => {
    expect(readLogDelivery(packed(delivery('DATA_MESSAGE')))).toEqual({
      logGroup: '/aws/bedrock/calls',
      events: [{ id: '3870', message: '{}' }],
    });
  });

  it('that only tests the destination has no events', () => {
    expect(readLogDelivery(packed(delivery('CONTROL_MESSAGE'))).events).toEqual([]);
  });

  it.each([
    ['no base64 ☃'],
    [Buffer.from('plain').toString('base64')],
    [packed('no JSON')],
    [packed({ logGroup: 'g' })],
  ])('is not %j', (data) => {
    expect(() => readLogDelivery(data)).toThrow(expect.objectContaining({ code: 'invalidInput' }));
  });
});
