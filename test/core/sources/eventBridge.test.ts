import { describe, expect, it } from 'vitest';
import { Envelope, momentMs, type Observation } from '../../../core/sources/eventBridge/observer.ts';
import { OBSERVERS, observationOf } from '../../../core/sources/eventBridge/table.ts';
import { EventInput } from '../../../core/telemetry/events.ts';
import { EVENT_PATTERNS, eventPatterns } from '../../../lib/sources.ts';
import { batchJob, codeDeploy, endpoint, gitHubDeployment, pipeline, trainingJob } from './announcements.ts';

const AT = Date.parse('2026-03-04T12:26:13Z');
const observed = (announced: unknown): Observation => observationOf(Envelope.parse(announced));
const eventOf = (announced: unknown) => {
  const observation = observed(announced);
  if (observation.kind === 'ignored') throw new Error(observation.reason);
  return observation.event;
};
const keyOf = (announced: unknown) => {
  const observation = observed(announced);
  return observation.kind === 'event' ? observation.key.join() : undefined;
};
const ALL = { trainingJob, endpoint, batchJob, pipeline, codeDeploy, gitHubDeployment };

describe('an announcement of a training job', () => {
  it('says which job, how it stands, how long and on what it ran, and for whom', () => {
    expect(eventOf(trainingJob())).toEqual({
      kind: 'training',
      id: '844e2571-85d4-695f-b930-0153b71dcb42',
      timestamp: AT,
      provider: 'aws.sagemaker',
      account: '123456789012',
      region: 'us-east-1',
      job: '89c96cc8-dded-4739-afcc-6f1dc936701d',
      status: 'completed',
      team: 'search',
      durationMs: 3_600_000,
      instanceType: 'ml.g5.12xlarge',
      instanceCount: 3,
      attributes: { stage: 'Completed', trainingImage: 'TrainingImage', tags: { 'cost-centre': '7' } },
    });
  });

  it.each([
    ['InProgress', 'Starting', 'started'],
    ['InProgress', 'Downloading', 'running'],
    ['InProgress', 'Training', 'running'],
    ['Failed', 'Failed', 'failed'],
    ['Stopping', 'Stopping', 'running'],
    ['Stopped', 'MaxRuntimeExceeded', 'stopped'],
  ])('calls %s, %s: %s', (TrainingJobStatus, SecondaryStatus, status) => {
    expect(eventOf(trainingJob({ TrainingJobStatus, SecondaryStatus }))).toMatchObject({ status });
  });

  it('does not know how long a job ran that never started, and tells why it failed', () => {
    const event = eventOf(
      trainingJob({ TrainingJobStatus: 'Failed', TrainingStartTime: null, FailureReason: 'ClientError: …' }),
    );

    expect(event).not.toHaveProperty('durationMs');
    expect(event.attributes).toMatchObject({ failureReason: 'ClientError: …' });
  });

  it('is the same however often SageMaker makes it, and another for each stage', () => {
    const again = { ...trainingJob(), id: 'another' };

    expect(keyOf(again)).toBe(keyOf(trainingJob()));
    const stages = ['Starting', 'Downloading', 'Training'].map((SecondaryStatus) =>
      keyOf(trainingJob({ TrainingJobStatus: 'InProgress', SecondaryStatus })),
    );
    expect(new Set(stages).size).toBe(3);
  });
});

describe('an announcement of an endpoint', () => {
  it('says that the version of its configuration is released once it is in service', () => {
    expect(eventOf(endpoint())).toMatchObject({
      kind: 'deployment',
      timestamp: 1_772_627_173_000,
      deployment: 'ranker',
      action: 'released',
      modelVersion: 'ranker-v7',
      provider: 'aws.sagemaker',
    });
  });

  it.each([
    ['InService', 'released'],
    ['ROLLING_BACK', 'rolledBack'],
    ['DELETING', 'stopped'],
    ['FAILED', 'stopped'],
    ['OutOfService', 'stopped'],
  ])('calls %s: %s', (EndpointStatus, action) => {
    expect(eventOf(endpoint({ EndpointStatus }))).toMatchObject({ action });
  });

  it.each(['CREATING', 'UPDATING', 'SystemUpdating'])('on its way (%s) is nothing yet', (EndpointStatus) => {
    expect(observed(endpoint({ EndpointStatus }))).toEqual({
      kind: 'ignored',
      reason: `endpoint ranker is ${EndpointStatus}`,
    });
  });

  it('is another change when it is changed again', () => {
    expect(keyOf(endpoint({ LastModifiedTime: 1 }))).not.toBe(keyOf(endpoint({ LastModifiedTime: 2 })));
  });
});

describe('an announcement of a Batch job', () => {
  it('is one of training', () => {
    expect(eventOf(batchJob())).toMatchObject({
      kind: 'training',
      job: 'fine-tune',
      status: 'completed',
      project: 'reranking',
      provider: 'aws.batch',
      durationMs: 600_000,
      attributes: { queue: 'PexjEHappyPathCanary2JobQueue', definition: 'first-run-job-definition:1', gpus: '4' },
    });
  });

  it('of a job that waits is ignored, and another attempt is another start', () => {
    expect(observed(batchJob({ status: 'RUNNABLE' })).kind).toBe('ignored');
    expect(keyOf(batchJob({ status: 'RUNNING', attempts: [] }))).not.toBe(keyOf(batchJob({ status: 'RUNNING' })));
  });
});

describe('an announcement of a release', () => {
  it('by CodePipeline names pipeline and execution', () => {
    expect(eventOf(pipeline())).toMatchObject({
      deployment: 'ranker-release',
      action: 'released',
      modelVersion: '01234567-0123-0123-0123-012345678901',
    });
    expect(observed(pipeline({ state: 'FAILED' })).kind).toBe('ignored');
  });

  it.each(['ManualRollback', 'AutomatedRollback'])('by CodePipeline that was started by %s is a roll-back', (type) => {
    expect(eventOf(pipeline({ 'execution-trigger': { 'trigger-type': type } }))).toMatchObject({
      action: 'rolledBack',
    });
  });

  it('by CodeDeploy names application and deployment', () => {
    expect(eventOf(codeDeploy())).toMatchObject({ deployment: 'ranker', modelVersion: 'd-123456789' });
    expect(observed(codeDeploy({ state: 'START' })).kind).toBe('ignored');
  });

  it('by GitHub names repository, commit, environment and who did it', () => {
    expect(eventOf(gitHubDeployment())).toMatchObject({
      deployment: 'ranker',
      action: 'released',
      modelVersion: 'f95f852bd8fca8fcc58a9a2d6c842781e32a215e',
      environment: 'production',
      user: 'ada',
    });
    expect(eventOf(gitHubDeployment({}, { task: 'deploy:rollback' }))).toMatchObject({ action: 'rolledBack' });
    expect(observed(gitHubDeployment({ state: 'in_progress' })).kind).toBe('ignored');
  });

  it('does not teach the registry where its pipeline runs: the model may run elsewhere', () => {
    for (const announced of [pipeline(), codeDeploy(), gitHubDeployment()])
      for (const field of ['provider', 'account', 'region']) expect(eventOf(announced)).not.toHaveProperty(field);
  });
});

describe('announcements', () => {
  it.each(Object.entries(ALL))('of kind %s are events by the schema', (_name, make) => {
    expect(EventInput.safeParse(eventOf(make())).success).toBe(true);
  });

  it('that nobody knows are ignored, and those of another shape refused', () => {
    expect(observed({ ...endpoint(), 'detail-type': 'SageMaker Image State Change' })).toEqual({
      kind: 'ignored',
      reason: 'nothing is known of aws.sagemaker: SageMaker Image State Change',
    });
    expect(() => observed({ ...endpoint(), detail: {} })).toThrow(/EndpointName/);
  });

  it('tell moments as ISO 8601, digits or numbers', () => {
    expect([momentMs('2026-03-04T12:26:13Z'), momentMs(String(AT)), momentMs(AT)]).toEqual([AT, AT, AT]);
    expect(momentMs('yesterday')).toBeNaN();
    expect(momentMs(undefined)).toBeNaN();
  });
});

/** EventBridge's own rule for the patterns used here: each field one of the values, objects by their fields. */
const matches = (pattern: unknown, value: unknown): boolean =>
  Array.isArray(pattern)
    ? pattern.includes(value)
    : Object.entries(pattern as object).every(([key, inner]) =>
        matches(inner, (value as Record<string, unknown>)?.[key]),
      );

describe('the rules of EventBridge', () => {
  it('let through each kind that is understood, by one rule', () => {
    const kinds = EVENT_PATTERNS.map(({ pattern }) => `${pattern.source} ${pattern.detailType}`);

    expect(kinds.sort()).toEqual(OBSERVERS.map(({ source, detailType }) => `${source} ${detailType}`).sort());
  });

  it.each(Object.entries(ALL))('let through what %s comes to', (_name, make) => {
    const { source, 'detail-type': detailType, detail } = make();
    const passing = EVENT_PATTERNS.filter(({ pattern }) => matches(pattern, { source, detailType, detail }));

    expect(passing).toHaveLength(1);
  });

  it('are those of the sources that are on', () => {
    const off = {
      bedrock: true,
      sagemaker: false,
      batch: false,
      pipelines: false,
      inventory: false,
      readEveryMin: 5,
      maxMetricsPerRead: 1,
    };

    expect(eventPatterns(off)).toEqual([]);
    expect(eventPatterns({ ...off, batch: true }).map(({ id }) => id)).toEqual(['BatchJob']);
  });
});
