import { hash } from 'node:crypto';
import { CostExplorerClient } from '@aws-sdk/client-cost-explorer';
import { COST_EXPLORER_REGION, costExplorerBill } from '../../adapters/aws/costExplorer.ts';
import { s3DocumentStore } from '../../adapters/aws/s3DocumentStore.ts';
import { zstd } from '../../adapters/zstd.ts';
import { billedBy } from '../../core/config.ts';
import { ledger } from '../../core/cost/ledger/ledger.ts';
import { askForBill } from '../../core/usecases/askForBill.ts';
import { readCostsConfiguration } from '../../core/usecases/costsConfiguration.ts';
import { readEnvironment } from '../environment.ts';
import { log } from '../log.ts';
import { PATIENCE } from '../patience.ts';
import { s3Client } from '../s3Client.ts';
import { scheduled } from '../scheduled.ts';
import { Env } from './env.ts';

/** An attempt that is made again is paid for again: the counter must see each. */
const ONCE = { requestHandler: { ...PATIENCE.requestHandler, requestTimeout: 60_000 }, maxAttempts: 1 };

const env = readEnvironment(Env, process.env);
const compression = zstd();
const documents = s3DocumentStore({ client: s3Client(), bucket: env.DATA_BUCKET });
const ports = {
  bill: costExplorerBill({
    client: new CostExplorerClient({ ...ONCE, region: COST_EXPLORER_REGION }),
    account: env.ACCOUNT,
  }),
  documents,
  compression,
  ledger: ledger({ documents, compression }),
  digest: (bytes: Uint8Array) => hash('sha256', bytes),
};

export const handler = scheduled(async ({ nowMs }) => {
  const billed = billedBy(await readCostsConfiguration({ documents })());
  const report = await askForBill(ports, { pagesPerDay: env.PAGES_PER_DAY, billed })(nowMs);
  if (report.isCut)
    log.warn('the day’s pages of Cost Explorer did not do: aws.costExplorer.pagesPerDay bounds them', { ...report });
  return { ...report };
});
