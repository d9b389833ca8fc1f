import { BATCH_JOB } from './batchJob.ts';
import { type Envelope, ignored, type Observation, type Observer } from './observer.ts';
import { CODE_DEPLOY, CODE_PIPELINE, GITHUB_DEPLOYMENT } from './releases.ts';
import { SAGEMAKER_ENDPOINT } from './sageMakerEndpoint.ts';
import { SAGEMAKER_TRAINING } from './sageMakerTraining.ts';

/** Everything that is understood of what services announce. */
export const OBSERVERS: readonly Observer[] = [
  SAGEMAKER_TRAINING,
  SAGEMAKER_ENDPOINT,
  BATCH_JOB,
  CODE_PIPELINE,
  CODE_DEPLOY,
  GITHUB_DEPLOYMENT,
];

const BY_KIND = new Map(OBSERVERS.map((each) => [`${each.source} ${each.detailType}`, each]));

/** What an announcement comes to. Throws a ZodError when its detail has another shape than the service documents. */
export const observationOf = (envelope: Envelope): Observation =>
  BY_KIND.get(`${envelope.source} ${envelope['detail-type']}`)?.observe(envelope) ??
  ignored(`nothing is known of ${envelope.source}: ${envelope['detail-type']}`);
