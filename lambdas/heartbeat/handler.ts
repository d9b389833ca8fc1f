import { iamApi } from '../../adapters/aws/iamApi.ts';
import { signedFetch } from '../../adapters/aws/signedFetch.ts';
import { OWN } from '../../core/metrics/cloudWatch.ts';
import { heartbeat } from '../../core/usecases/heartbeat.ts';
import { defaultProvider } from '../credentials.ts';
import { readEnvironment } from '../environment.ts';
import { emit } from '../metrics.ts';
import { scheduled } from '../scheduled.ts';
import { Env } from './env.ts';

const env = readEnvironment(Env, process.env);
const signed = signedFetch({
  service: 'execute-api',
  region: process.env.AWS_REGION ?? '',
  credentials: defaultProvider(),
});
const beat = heartbeat(iamApi({ fetch: signed, url: env.API_URL }));

export const handler = scheduled(async ({ nowMs }) => {
  const { ageS, sendError } = await beat(nowMs);
  emit(OWN.heartbeatAge, ageS);
  if (sendError !== undefined) throw sendError;
  return { ageS };
});
