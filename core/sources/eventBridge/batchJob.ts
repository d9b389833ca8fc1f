import * as z from 'zod';
import { attributionOf } from '../attribution.ts';
import { elapsedMs, given, ignored, inShort, type Observer, observer, ranIn } from './observer.ts';

const Requirement = z.object({ type: z.string(), value: z.string() });
const Detail = z.object({
  jobArn: z.string(),
  jobName: z.string().min(1),
  jobQueue: z.string().optional(),
  jobDefinition: z.string().optional(),
  status: z.string(),
  statusReason: z.string().nullish(),
  attempts: z.array(z.unknown()).nullish(),
  startedAt: z.number().nullish(),
  stoppedAt: z.number().nullish(),
  container: z.object({ resourceRequirements: z.array(Requirement).nullish() }).nullish(),
  tags: z.record(z.string(), z.string()).nullish(),
});

const STATUS: Readonly<Record<string, 'started' | 'completed' | 'failed'>> = {
  RUNNING: 'started',
  SUCCEEDED: 'completed',
  FAILED: 'failed',
};

/** The last part of an ARN. */
const nameOf = (arn: string | undefined) => arn?.split('/').at(-1);

/** AWS Batch's "Job state change events", from its user guide: its jobs count as training. Times are epoch milliseconds. */
export const BATCH_JOB: Observer = observer({
  source: 'aws.batch',
  detailType: 'Batch Job State Change',
  detail: Detail,
  means: (detail, envelope) => {
    const status = STATUS[detail.status];
    if (status === undefined) return ignored(`job ${detail.jobName} is ${detail.status}`);
    const { attribution } = attributionOf(detail.tags ?? {});
    const { client: _, variant: __, ...attributed } = attribution;
    const gpus = detail.container?.resourceRequirements?.find(({ type }) => type === 'GPU')?.value;
    return {
      kind: 'event',
      key: [detail.jobArn, status, detail.attempts?.length ?? 0],
      event: {
        kind: 'training',
        ...ranIn(envelope, 'aws.batch'),
        job: detail.jobName,
        status,
        ...attributed,
        ...given({ durationMs: elapsedMs(detail.startedAt ?? undefined, detail.stoppedAt ?? undefined) }),
        attributes: given({
          jobArn: detail.jobArn,
          queue: nameOf(detail.jobQueue),
          definition: nameOf(detail.jobDefinition),
          gpus,
          failureReason: status === 'failed' ? inShort(detail.statusReason ?? undefined) : undefined,
        }),
      },
    };
  },
});
