import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { memoryBatchLog } from '../../adapters/memory/batchLog.ts';
import { takeBedrockLogs } from '../../core/usecases/takeBedrockLogs.ts';
import { converseRecord } from '../core/sources/records.ts';

const nowMs = Date.parse('2026-03-04T00:40:00Z');
const door = { nowMs, maxAgeMs: 35 * 86_400_000, maxAheadMs: 600_000, keepContent: false };
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const logEvent = (id: string, more: Record<string, unknown> = {}) => ({
  id,
  message: JSON.stringify({ ...converseRecord, ...more }),
});
const taker = () => {
  const log = memoryBatchLog();
  return { log, take: takeBedrockLogs({ log, hash }) };
};

describe('taking in logged calls', () => {
  it('keeps each as an event, its time and id from the record', async () => {
    const { log, take } = taker();

    const report = await take({ logGroup: 'g', events: [logEvent('1'), logEvent('2', { requestId: 'r2' })] }, door);

    expect(report).toEqual({ accepted: 2, rejected: 0, ignored: 0, isDuplicate: false, problems: [] });
    const [batch] = await log.unrolled(10);
    expect(batch!.content.events).toMatchObject([
      { id: converseRecord.requestId, timestamp: Date.parse('2026-03-04T00:38:02Z'), source: 'event', status: 'ok' },
      { id: 'r2' },
    ]);
    expect(JSON.stringify(batch)).not.toContain('hello');
  });

  it('counts a delivery that comes twice once', async () => {
    const { log, take } = taker();
    const delivery = { logGroup: 'g', events: [logEvent('1')] };
    await take(delivery, door);

    expect(await take(delivery, { ...door, nowMs: nowMs + 60_000 })).toMatchObject({ accepted: 1, isDuplicate: true });
    expect(await log.backlog()).toBe(1);
  });

  it('leaves what is no record of a call alone, and keeps what is good beside what is wrong', async () => {
    const { take } = taker();

    const report = await take(
      {
        logGroup: 'g',
        events: [
          { id: '1', message: 'Permissions are correctly set for Amazon Bedrock logs.' },
          { id: '2', message: '{"schemaType":"Other"}' },
          logEvent('3', { modelId: '' }),
          logEvent('4', { timestamp: '2019-01-01T00:00:00Z' }),
          logEvent('5'),
        ],
      },
      door,
    );

    expect(report).toMatchObject({ accepted: 1, rejected: 2, ignored: 2 });
    expect(report.problems).toEqual([
      expect.stringMatching(/^3: modelId: /),
      expect.stringMatching(/^\/timestamp: 2019-01-01T00:00:00Z is outside/),
    ]);
  });

  it('keeps nothing of a delivery without a call', async () => {
    const { log, take } = taker();

    expect(await take({ logGroup: 'g', events: [{ id: '1', message: 'x' }] }, door)).toMatchObject({ accepted: 0 });
    expect(await log.backlog()).toBe(0);
  });

  it('gives clients their pseudonyms, and keeps texts only when asked to', async () => {
    const { log, take } = taker();

    await take(
      { logGroup: 'g', events: [logEvent('1')] },
      { ...door, keepContent: true, hashClient: () => 'client-x' },
    );

    const [event] = (await log.unrolled(1))[0]!.content.events;
    expect(event).toMatchObject({ client: 'client-x', attributes: { prompt: expect.stringContaining('hello') } });
  });
});
