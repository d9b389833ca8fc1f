/** What services announce, as their documentation shows it. Accounts and names are examples. */

const around = (
  source: string,
  detailType: string,
  detail: Record<string, unknown>,
  more: Record<string, unknown> = {},
) => ({
  version: '0',
  id: '844e2571-85d4-695f-b930-0153b71dcb42',
  'detail-type': detailType,
  source,
  account: '123456789012',
  time: '2026-03-04T12:26:13Z',
  region: 'us-east-1',
  resources: [],
  detail,
  ...more,
});

export const trainingJob = (more: Record<string, unknown> = {}) =>
  around('aws.sagemaker', 'SageMaker Training Job State Change', {
    TrainingJobName: '89c96cc8-dded-4739-afcc-6f1dc936701d',
    TrainingJobArn: 'arn:aws:sagemaker:us-east-1:123456789012:training-job/kmeans-1',
    TrainingJobStatus: 'Completed',
    SecondaryStatus: 'Completed',
    HyperParameters: { Hyper: 'Parameters' },
    AlgorithmSpecification: { TrainingImage: 'TrainingImage', TrainingInputMode: 'TrainingInputMode' },
    RoleArn: 'arn:aws:iam::123456789012:role/SMRole',
    ResourceConfig: { InstanceType: 'ml.g5.12xlarge', InstanceCount: 3, VolumeSizeInGB: 20 },
    StoppingCondition: { MaxRuntimeInSeconds: 60 },
    CreationTime: '1583831889050',
    TrainingStartTime: '1583831889050',
    TrainingEndTime: '1583835489050',
    LastModifiedTime: '1583835489050',
    SecondaryStatusTransitions: [],
    Tags: { Team: 'search', 'cost-centre': '7' },
    ...more,
  });

export const endpoint = (more: Record<string, unknown> = {}) =>
  around(
    'aws.sagemaker',
    'SageMaker Endpoint State Change',
    {
      EndpointName: 'ranker',
      EndpointArn: 'arn:aws:sagemaker:us-west-2:123456789012:endpoint/ranker',
      EndpointConfigName: 'ranker-v7',
      ProductionVariants: [{ DesiredWeight: 1, DesiredInstanceCount: 1 }],
      EndpointStatus: 'IN_SERVICE',
      CreationTime: 1592411992203,
      LastModifiedTime: 1592411994287,
      Tags: {},
      ...more,
    },
    { time: '1772627173000' },
  );

export const batchJob = (more: Record<string, unknown> = {}) =>
  around('aws.batch', 'Batch Job State Change', {
    jobArn: 'arn:aws:batch:us-east-1:123456789012:job/4c7599ae-0a82-49aa-ba5a-4727fcce14a8',
    jobName: 'fine-tune',
    jobId: '4c7599ae-0a82-49aa-ba5a-4727fcce14a8',
    jobQueue: 'arn:aws:batch:us-east-1:123456789012:job-queue/PexjEHappyPathCanary2JobQueue',
    status: 'SUCCEEDED',
    attempts: [{ startedAt: 1641414340000 }],
    createdAt: 1641412830000,
    startedAt: 1641414340000,
    stoppedAt: 1641414940000,
    retryStrategy: { attempts: 1, evaluateOnExit: [] },
    dependsOn: [],
    jobDefinition: 'arn:aws:batch:us-east-1:123456789012:job-definition/first-run-job-definition:1',
    parameters: {},
    container: { command: ['sleep', '600'], resourceRequirements: [{ value: '4', type: 'GPU' }] },
    tags: { resourceArn: 'arn:aws:batch:…', project: 'reranking' },
    ...more,
  });

export const pipeline = (more: Record<string, unknown> = {}) =>
  around('aws.codepipeline', 'CodePipeline Pipeline Execution State Change', {
    pipeline: 'ranker-release',
    'execution-id': '01234567-0123-0123-0123-012345678901',
    'start-time': '2026-03-04T12:20:00.000Z',
    'execution-trigger': { 'trigger-type': 'StartPipelineExecution' },
    state: 'SUCCEEDED',
    version: 3,
    'pipeline-execution-attempt': 1,
    ...more,
  });

export const codeDeploy = (more: Record<string, unknown> = {}) =>
  around('aws.codedeploy', 'CodeDeploy Deployment State-change Notification', {
    region: 'us-east-1',
    deploymentId: 'd-123456789',
    instanceGroupId: '9fd2fbef-2157-40d8-91e7-6845af69e2d2',
    deploymentGroup: 'gpu-hosts',
    state: 'SUCCESS',
    application: 'ranker',
    ...more,
  });

export const gitHubDeployment = (more: Record<string, unknown> = {}, deployment: Record<string, unknown> = {}) =>
  around('github.com', 'deployment_status', {
    action: 'created',
    deployment_status: { id: 9, state: 'success', environment: 'production', ...more },
    deployment: {
      id: 145988746,
      sha: 'f95f852bd8fca8fcc58a9a2d6c842781e32a215e',
      ref: 'main',
      task: 'deploy',
      environment: 'production',
      creator: { login: 'ada', id: 1 },
      ...deployment,
    },
    repository: { id: 1, name: 'ranker', full_name: 'example/ranker' },
    sender: { login: 'ada' },
  });
