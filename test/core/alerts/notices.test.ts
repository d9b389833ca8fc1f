import { describe, expect, it } from 'vitest';
import { memoryDeploymentStore } from '../../../adapters/memory/deploymentStore.ts';
import { memoryNoticeStore } from '../../../adapters/memory/noticeStore.ts';
import type { Notice } from '../../../core/alerts/notice.ts';
import type { Principal } from '../../../core/ports.ts';
import { listNotices } from '../../../core/usecases/notices.ts';
import { aNotice } from './world.ts';

const NOW = Date.parse('2026-03-04T12:00:00Z');
const reader = (...teams: string[]): Principal => ({ id: 'reader', roles: ['reader'], teams });

const withNotices = async (notices: { scan: 'fleet' | 'sources'; notice: Notice }[]) => {
  const ports = { notices: memoryNoticeStore(), deployments: memoryDeploymentStore() };
  for (const { scan, notice } of notices) await ports.notices.add(scan, notice);
  return { ...ports, ids: async (who: Principal) => (await listNotices(ports)(who, NOW)).notices.map(({ id }) => id) };
};

describe('listing notices', () => {
  it('answers those of every scan, the most severe first, then what lasts longest', async () => {
    const { ids } = await withNotices([
      { scan: 'fleet', notice: aNotice({ id: 'b' }) },
      { scan: 'fleet', notice: aNotice({ id: 'info', severity: 'info', sinceMs: 1 }) },
      { scan: 'sources', notice: aNotice({ id: 'a' }) },
      { scan: 'sources', notice: aNotice({ id: 'old', sinceMs: 1 }) },
      { scan: 'sources', notice: aNotice({ id: 'critical', severity: 'critical' }) },
    ]);

    expect(await ids(reader())).toEqual(['critical', 'old', 'a', 'b', 'info']);
  });

  it('answers all that was told, with the time as ISO 8601', async () => {
    const ports = await withNotices([{ scan: 'fleet', notice: aNotice() }]);
    const { sinceMs: _, ...rest } = aNotice();

    expect(await listNotices(ports)(reader(), NOW)).toEqual({
      notices: [{ ...rest, since: '2026-03-04T10:00:00.000Z' }],
    });
  });

  it('shows a caller bound to teams what is of deployments that are theirs now', async () => {
    const { ids, deployments } = await withNotices([
      { scan: 'fleet', notice: aNotice({ id: 'of no deployment' }) },
      { scan: 'sources', notice: aNotice({ id: 'moved', deployment: 'moved' }) },
      { scan: 'sources', notice: aNotice({ id: 'ours', deployment: 'ours' }) },
      { scan: 'sources', notice: aNotice({ id: 'unknown', deployment: 'unknown' }) },
    ]);
    const version = (team: string, fromMs: number) => ({ team, fromMs, source: 'api' as const });
    await deployments.put({ deployment: 'ours', versions: [version('search', 0)] });
    await deployments.put({ deployment: 'moved', versions: [version('search', 0), version('ads', NOW)] });

    expect(await ids(reader('search'))).toEqual(['ours']);
    expect(await ids(reader('ads', 'search'))).toEqual(['moved', 'ours']);
    expect(await ids(reader('nobody'))).toEqual([]);
    expect(await ids(reader())).toHaveLength(4);
  });

  it('is refused to who may only send', async () => {
    const { ids } = await withNotices([]);

    await expect(ids({ id: 'sender', roles: ['writer'], teams: [] })).rejects.toMatchObject({ code: 'forbidden' });
  });
});
