import type { Config } from '../../core/config.ts';
import { ledger } from '../../core/cost/ledger/ledger.ts';
import { standardPrices } from '../../core/cost/prices/standard.ts';
import { blockReader } from '../../core/rollups/openBlocks.ts';
import { MINUTE } from '../../core/telemetry/families.ts';
import { estimateCosts } from '../../core/usecases/estimateCosts.ts';
import { runQuery } from '../../core/usecases/query.ts';
import { repriceCosts } from '../../core/usecases/repriceCosts.ts';
import type { LocalPorts } from './ports.ts';

export type LocalCosting = Pick<Config, 'costs' | 'prices' | 'retention'>;

const BLOCK_CACHE_BYTES = 32 * 1024 * 1024;
/** Then those who send and ask have their turn. */
const LONGEST_MS = 2_000;
const SOON_MS = 5_000;
/** Whoever has just sent a history wants to see it. */
const CHANGED_MS = 2 * MINUTE;
/** At most a tenth of the thread's time, however large the fleet. */
const PAUSES = 9;

/**
 * What the function `estimate-costs` does in AWS, over a data folder: the hours that are under way every minute, and days that
 * changed.
 */
export const localCosting = (
  ports: LocalPorts,
  { costs, prices, retention }: LocalCosting,
  isStopping: () => boolean,
) => {
  const { rollupStore: rollups, deploymentStore: deployments, documentStore: documents, compression } = ports;
  const query = runQuery({ rollups, reader: blockReader({ rollups, compression }, BLOCK_CACHE_BYTES) });
  const book = ledger({ documents, compression });
  const options = { costs, prices: standardPrices(prices), agreed: prices, retention };
  const work = estimateCosts({ query, rollups, deployments, ledger: book }, options);
  const reprice = repriceCosts({ ledger: book, documents }, options);
  let nextMs = 0;
  let nextChangedMs = 0;
  return async (nowMs: number): Promise<void> => {
    if (nowMs < nextMs) return;
    let pauseMs = MINUTE;
    try {
      if (nowMs < nextChangedMs) return await work.recent(nowMs);
      const isEnough = () => isStopping() || Date.now() - nowMs > LONGEST_MS;
      const { left } = await work.changed(nowMs, isEnough);
      const { left: old } = await reprice(nowMs, isEnough);
      if (left + old > 0) pauseMs = SOON_MS;
      else nextChangedMs = nowMs + CHANGED_MS;
    } finally {
      nextMs = Math.max(
        nowMs + pauseMs,
        Date.now() + (isStopping() ? 0 : Math.min(PAUSES * (Date.now() - nowMs), MINUTE)),
      );
    }
  };
};
