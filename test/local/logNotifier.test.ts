import { describe, expect, it } from 'vitest';
import { consoleLog } from '../../adapters/local/log.ts';
import { logNotifier } from '../../adapters/local/logNotifier.ts';
import type { Notice } from '../../core/alerts/notice.ts';
import { aNotice } from '../core/alerts/world.ts';

const linesOf = async (format: 'text' | 'json', ...notices: Notice[]) => {
  const lines: string[] = [];
  const notifier = logNotifier(consoleLog(format, (line) => lines.push(line) > 0));
  for (const notice of notices) await notifier.tell(notice);
  return lines;
};

describe('the notifier that writes to the log', () => {
  it('writes a line that a program can read, at the level of the severity', async () => {
    const lines = await linesOf('json', aNotice(), aNotice({ severity: 'critical', owner: undefined }));

    expect(JSON.parse(lines[0]!)).toEqual({
      time: expect.any(String),
      level: 'warn',
      message: 'GPU 0 of i-1 is held and idle',
      notice: 'gpu-idle-held/i-1/0',
      state: 'firing',
      severity: 'warning',
      since: '2026-03-04 10:00 UTC',
      owner: 'ada@example.com',
      action: 'Ask its owner.',
      runbook: 'https://example.com/runbook.md#gpu-idle-held',
    });
    expect(JSON.parse(lines[1]!)).toMatchObject({ level: 'error', severity: 'critical' });
  });

  it('says that something is over, as information', async () => {
    const [line] = await linesOf('text', aNotice({ state: 'resolved' }));

    expect(line).toMatch(/^Over: GPU 0 of i-1 is held and idle notice=gpu-idle-held\/i-1\/0 state=resolved /);
  });
});
