import { dynamoDeploymentStore } from '../../adapters/aws/dynamoDeploymentStore.ts';
import { s3DocumentStore } from '../../adapters/aws/s3DocumentStore.ts';
import { zstd } from '../../adapters/zstd.ts';
import { ledger } from '../../core/cost/ledger/ledger.ts';
import { standardPrices } from '../../core/cost/prices/standard.ts';
import { blockReader } from '../../core/rollups/openBlocks.ts';
import { HOUR } from '../../core/telemetry/families.ts';
import { readCostsConfiguration, taggedIn } from '../../core/usecases/costsConfiguration.ts';
import { estimateCosts } from '../../core/usecases/estimateCosts.ts';
import { runQuery } from '../../core/usecases/query.ts';
import { repriceCosts } from '../../core/usecases/repriceCosts.ts';
import { readInventory } from '../../core/usecases/takeInventory.ts';
import { documentClient } from '../documentClient.ts';
import { readEnvironment } from '../environment.ts';
import { rollupStore } from '../rollupStore.ts';
import { s3Client } from '../s3Client.ts';
import { scheduled } from '../scheduled.ts';
import { Env } from './env.ts';

const BLOCK_CACHE_BYTES = 64 * 1024 * 1024;
/** Left to write the day that is under way when time runs out. */
const RESERVE_MS = 20_000;

const env = readEnvironment(Env, process.env);
const rollups = rollupStore(env);
const compression = zstd();
const documents = s3DocumentStore({ client: s3Client(), bucket: env.DATA_BUCKET });
const ports = {
  query: runQuery({ rollups, reader: blockReader({ rollups, compression }, BLOCK_CACHE_BYTES) }),
  rollups,
  deployments: dynamoDeploymentStore({ client: documentClient(), table: env.STATE_TABLE }),
  ledger: ledger({ documents, compression }),
  inventory: readInventory({ documents, compression }),
};
const configured = (async () => {
  const { costs, prices, deployments } = await readCostsConfiguration({ documents })();
  const tagged = taggedIn({ deployments });
  const options = {
    costs,
    prices: standardPrices(prices),
    agreed: prices,
    tagged,
    retention: { minuteDays: env.MINUTE_DAYS },
  };
  return { ...estimateCosts(ports, options), reprice: repriceCosts({ ...ports, documents }, options) };
})();
configured.catch(() => {}); // every run says so
let nextChangedMs = 0;

/** The hours that are under way with every run; days that changed once an hour, and when the function starts anew. */
export const handler = scheduled(async ({ nowMs, remainingMs }) => {
  const work = await configured;
  if (nowMs < nextChangedMs) return { recent: await work.recent(nowMs) };
  const isEnough = () => remainingMs() < RESERVE_MS;
  const changed = await work.changed(nowMs, isEnough);
  const priced = await work.reprice(nowMs, isEnough);
  if (changed.left + priced.left === 0) nextChangedMs = nowMs + HOUR;
  return { changed, priced };
});
