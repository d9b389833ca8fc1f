import * as z from 'zod';
import { attributionOf } from '../attribution.ts';
import { given, ignored, inShort, Moment, type Observation, type Observer, observer, ranIn } from './observer.ts';

const Detail = z.object({
  EndpointName: z.string().min(1),
  EndpointArn: z.string(),
  EndpointConfigName: z.string().optional(),
  EndpointStatus: z.string(),
  LastModifiedTime: Moment.optional(),
  FailureReason: z.string().nullish(),
  Tags: z.record(z.string(), z.string()).nullish(),
});

/**
 * What states mean for a deployment. The page on EventBridge writes them `IN_SERVICE`, DescribeEndpoint `InService`: compared in
 * small letters without underscores. The others are on the way to one of these.
 */
const ACTIONS: Readonly<Record<string, 'released' | 'rolledBack' | 'stopped'>> = {
  inservice: 'released',
  rollingback: 'rolledBack',
  updaterollbackfailed: 'stopped',
  outofservice: 'stopped',
  failed: 'stopped',
  deleting: 'stopped',
};

/**
 * SageMaker's "Endpoint state change", from its page on EventBridge. The version is the endpoint's configuration, which says what
 * runs. An endpoint is in service again after it was scaled, too: the use case tells that from a release by the version.
 */
export const SAGEMAKER_ENDPOINT: Observer = observer({
  source: 'aws.sagemaker',
  detailType: 'SageMaker Endpoint State Change',
  detail: Detail,
  means: (detail, envelope): Observation => {
    const { EndpointStatus: state } = detail;
    const action = ACTIONS[state.toLowerCase().replaceAll('_', '')];
    if (action === undefined) return ignored(`endpoint ${detail.EndpointName} is ${state}`);
    const { attribution, others } = attributionOf(detail.Tags ?? {});
    const { client: _, variant: __, deployment = detail.EndpointName, ...attributed } = attribution;
    return {
      kind: 'event',
      key: [detail.EndpointArn, action, detail.EndpointConfigName ?? '', detail.LastModifiedTime ?? ''],
      event: {
        kind: 'deployment',
        ...ranIn(envelope, 'aws.sagemaker'),
        deployment,
        action,
        ...attributed,
        ...given({ modelVersion: detail.EndpointConfigName }),
        attributes: given({
          state,
          failureReason: inShort(detail.FailureReason ?? undefined),
          tags: Object.keys(others).length > 0 ? others : undefined,
        }),
      },
    };
  },
});
