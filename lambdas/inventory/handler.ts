import { EC2Client } from '@aws-sdk/client-ec2';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { awsInventory } from '../../adapters/aws/inventory.ts';
import { s3DocumentStore } from '../../adapters/aws/s3DocumentStore.ts';
import { zstd } from '../../adapters/zstd.ts';
import { readCostsConfiguration, taggedIn } from '../../core/usecases/costsConfiguration.ts';
import { takeInventory } from '../../core/usecases/takeInventory.ts';
import { readEnvironment } from '../environment.ts';
import { log } from '../log.ts';
import { PATIENCE } from '../patience.ts';
import { s3Client } from '../s3Client.ts';
import { scheduled } from '../scheduled.ts';
import { Env } from './env.ts';

/** A page of 1,000 instances takes some seconds. */
const LISTING = { ...PATIENCE, requestHandler: { ...PATIENCE.requestHandler, requestTimeout: 30_000 } };

const env = readEnvironment(Env, process.env);
const documents = s3DocumentStore({ client: s3Client(), bucket: env.DATA_BUCKET });
const inventory = awsInventory({
  ec2: new EC2Client(LISTING),
  sagemaker: new SageMakerClient(LISTING),
  account: env.ACCOUNT,
  region: process.env.AWS_REGION ?? '',
});

export const handler = scheduled(async ({ nowMs }) => {
  const tagged = taggedIn(await readCostsConfiguration({ documents })());
  const report = await takeInventory({ inventory, documents, compression: zstd() }, { tagged })(nowMs);
  if (!report.isAll) log.warn('there are more resources than one inventory lists', { listed: report.listed });
  return { ...report };
});
