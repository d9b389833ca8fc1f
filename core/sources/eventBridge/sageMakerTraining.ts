import * as z from 'zod';
import { attributionOf } from '../attribution.ts';
import { elapsedMs, given, inShort, Moment, type Observer, observer, ranIn } from './observer.ts';

const Detail = z.object({
  TrainingJobName: z.string().min(1),
  TrainingJobArn: z.string(),
  TrainingJobStatus: z.enum(['InProgress', 'Completed', 'Failed', 'Stopping', 'Stopped']),
  SecondaryStatus: z.string().optional(),
  FailureReason: z.string().nullish(),
  ResourceConfig: z.object({ InstanceType: z.string().optional(), InstanceCount: z.int().optional() }).nullish(),
  AlgorithmSpecification: z.object({ TrainingImage: z.string().nullish() }).nullish(),
  TrainingStartTime: Moment.nullish(),
  TrainingEndTime: Moment.nullish(),
  Tags: z.record(z.string(), z.string()).nullish(),
});

/** Stages before the algorithm runs, from SecondaryStatusTransition of the API: several of them are one start. */
const STARTING = new Set(['Starting', 'Pending', 'LaunchingMLInstances', 'PreparingTrainingStack']);
const STATUS = { Completed: 'completed', Failed: 'failed', Stopping: 'running', Stopped: 'stopped' } as const;

/** SageMaker's "Training job state change", from its page on EventBridge. Its times are epoch milliseconds in digits. */
export const SAGEMAKER_TRAINING: Observer = observer({
  source: 'aws.sagemaker',
  detailType: 'SageMaker Training Job State Change',
  detail: Detail,
  means: (detail, envelope) => {
    const { TrainingJobStatus: state, SecondaryStatus: stage = '', ResourceConfig: resources } = detail;
    const status = state === 'InProgress' ? (STARTING.has(stage) ? 'started' : 'running') : STATUS[state];
    const { attribution, others } = attributionOf(detail.Tags ?? {});
    const { client: _, variant: __, ...attributed } = attribution;
    return {
      kind: 'event',
      key: [detail.TrainingJobArn, status, status === 'running' ? stage : ''],
      event: {
        kind: 'training',
        ...ranIn(envelope, 'aws.sagemaker'),
        job: detail.TrainingJobName,
        status,
        ...attributed,
        ...given({
          durationMs: elapsedMs(detail.TrainingStartTime ?? undefined, detail.TrainingEndTime ?? undefined),
          instanceType: resources?.InstanceType,
          instanceCount: resources?.InstanceCount,
        }),
        attributes: given({
          stage,
          failureReason: inShort(detail.FailureReason ?? undefined),
          trainingImage: detail.AlgorithmSpecification?.TrainingImage ?? undefined,
          tags: Object.keys(others).length > 0 ? others : undefined,
        }),
      },
    };
  },
});
