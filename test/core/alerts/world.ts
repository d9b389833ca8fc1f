import { memoryNoticeStore } from '../../../adapters/memory/noticeStore.ts';
import { zstd } from '../../../adapters/zstd.ts';
import type { Notice } from '../../../core/alerts/notice.ts';
import { blockReader } from '../../../core/rollups/openBlocks.ts';
import { runQuery } from '../../../core/usecases/query.ts';
import { world } from '../../usecases/world.ts';

/** Everything behind the door in memory, people who remember what they were told, and notices that stay open. */
export const evaluation = () => {
  const product = world();
  const told: Notice[] = [];
  const { deployments, rollups } = product.ports();
  const query = runQuery({ rollups, reader: blockReader({ rollups, compression: zstd(1) }, 50_000_000) });
  return {
    ...product,
    told,
    evaluationPorts: {
      query,
      deployments,
      notices: memoryNoticeStore(),
      notifier: {
        tell: async (notice: Notice) => {
          told.push(notice);
        },
      },
    },
  };
};

export const aNotice = (more: Partial<Notice> = {}): Notice => ({
  id: 'gpu-idle-held/i-1/0',
  state: 'firing',
  severity: 'warning',
  title: 'GPU 0 of i-1 is held and idle',
  text: 'Somebody holds memory of GPU 0 of i-1, which has done nothing for 60 min.',
  sinceMs: Date.parse('2026-03-04T10:00:00Z'),
  numbers: [{ name: 'VRAM in use', value: '93.0 % of 24.0 GiB' }],
  owner: 'ada@example.com',
  action: 'Ask its owner.',
  runbook: 'https://example.com/runbook.md#gpu-idle-held',
  links: [{ text: 'Graph', url: 'https://example.com/graph' }],
  ...more,
});
