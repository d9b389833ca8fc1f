import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { EventPattern } from 'aws-cdk-lib/aws-events';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { FilterPattern, LogGroup } from 'aws-cdk-lib/aws-logs';
import { LambdaDestination } from 'aws-cdk-lib/aws-logs-destinations';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import type { Config } from '../../core/config.ts';
import { deadLetterQueue } from '../constructs/deadLetterQueue.ts';
import { tokenIssuer } from '../constructs/login.ts';
import { ModelmeterApi } from '../constructs/modelmeterApi.ts';
import { ModelmeterFunction } from '../constructs/modelmeterFunction.ts';
import { ObservedEvents } from '../constructs/observedEvents.ts';
import { Registry } from '../constructs/registry.ts';
import { Scan } from '../constructs/scan.ts';
import { environments, heartbeatEnvironment, iamEnvironment } from '../environments.ts';
import { type FunctionName, isTraced } from '../functions.ts';
import { permissions } from '../permissions.ts';
import { BEDROCK_LOG_PATTERN } from '../sources.ts';
import type { DataStack } from './data.ts';
import type { ModelmeterAppRefs } from './refs.ts';

/**
 * Batches that one run of roll-up takes, how long it waits for more of them, and how many runs there are at once. The wait is half
 * of the minute within which an event is to be in queries; batches that share a run share its blocks and its transaction.
 */
const ROLL_UP = { batchSize: 50, maxBatchingWindow: Duration.seconds(30), maxConcurrency: 4 };

const EVERY = {
  compact: Duration.minutes(15),
  archive: Duration.hours(1),
  expire: Duration.days(1),
  heartbeat: Duration.minutes(5),
  estimateCosts: Duration.minutes(1),
  inventory: Duration.hours(1),
  reconcileBill: Duration.days(1),
} as const;

/** What the heartbeat calls, as anyone outside would. */
const HEARTBEAT_ROUTES = ['POST /iam/v1/metrics', 'GET /iam/v1/query'];

export interface AppStackProps extends StackProps {
  readonly config: Config;
  readonly data: DataStack;
  /** What other services announce that is of interest. */
  readonly eventPatterns: readonly { readonly id: string; readonly pattern: EventPattern }[];
}

/** Everything that works on the data and holds none: the API, the functions, what starts them. Can be deleted and made anew. */
export class AppStack extends Stack {
  readonly refs: ModelmeterAppRefs;

  constructor(scope: Construct, id: string, { config, data, eventPatterns, ...props }: AppStackProps) {
    super(scope, id, { description: 'Modelmeter: API, functions and schedules', ...props });
    const { sources, throttle } = config.aws;
    const logs = { key: data.key, logRetention: config.aws.logDays };
    const deadLetters = deadLetterQueue(this, 'ScheduleDeadLetters');
    const group = new ScheduleGroup(this, 'Schedules');
    const environment = environments({ config, data, tokens: tokenIssuer(this, config.aws.login) });
    const grants = permissions(data);
    const functions: Partial<Record<FunctionName, IFunction>> = {};

    const partsOf = (name: keyof typeof environment) => ({
      ...logs,
      name,
      environment: environment[name],
      grants: grants[name],
      isTraced: isTraced(name, config.aws),
    });
    /** A function whose caller waits for its answer. */
    const asked = (name: keyof typeof environment) =>
      (functions[name] = new ModelmeterFunction(this, idOf(name), partsOf(name)).fn);
    /** A function that is told, and nobody waits. */
    const told = (name: keyof typeof environment) =>
      (functions[name] = new ModelmeterFunction(this, idOf(name), { ...partsOf(name), deadLetters }).fn);
    const scheduled = (name: keyof typeof environment, every: Duration) =>
      (functions[name] = new Scan(this, idOf(name), { ...partsOf(name), every, group, deadLetters }).fn);

    const answering = { ingest: asked('ingest'), api: asked('api') };
    const entrance = new ModelmeterApi(this, 'Entrance', {
      ...logs,
      functions: answering,
      authorise: asked('authorise'),
      throttle,
    });
    asked('roll-up').addEventSource(
      new SqsEventSource(data.batchQueue.queue, { ...ROLL_UP, reportBatchItemFailures: true }),
    );
    new Registry(this, 'Registry', { configure: asked('configure'), config });

    scheduled('compact', EVERY.compact);
    scheduled('archive', EVERY.archive);
    scheduled('expire', EVERY.expire);
    scheduled('estimate-costs', EVERY.estimateCosts);
    if (sources.inventory) scheduled('inventory', EVERY.inventory);
    if (config.aws.costExplorer.enabled) scheduled('reconcile-bill', EVERY.reconcileBill);
    const heartbeat = new Scan(this, idOf('heartbeat'), {
      ...logs,
      name: 'heartbeat',
      environment: heartbeatEnvironment(entrance.url),
      grants: HEARTBEAT_ROUTES.map((route) => entrance.mayCall(route)),
      every: EVERY.heartbeat,
      group,
      deadLetters,
    }).fn;
    functions.heartbeat = heartbeat;
    const callers = iamEnvironment(config, heartbeat.role!.roleArn);
    for (const fn of Object.values(answering)) fn.addEnvironment('IAM_CALLERS', callers.IAM_CALLERS);
    if (sources.bedrock || sources.sagemaker) scheduled('read-metrics', Duration.minutes(sources.readEveryMin));
    if (eventPatterns.length > 0)
      new ObservedEvents(this, 'Observed', { patterns: eventPatterns, observe: told('observe'), deadLetters });
    if (sources.bedrockLogGroup !== undefined)
      LogGroup.fromLogGroupName(this, 'BedrockLog', sources.bedrockLogGroup).addSubscriptionFilter('BedrockCalls', {
        destination: new LambdaDestination(told('bedrock-logs')),
        filterPattern: FilterPattern.literal(BEDROCK_LOG_PATTERN),
      });

    this.refs = {
      api: entrance.api,
      stage: entrance.stage,
      functions,
      batchQueue: data.batchQueue.queue,
      batchDeadLetters: data.batchQueue.deadLetters,
      scheduleDeadLetters: deadLetters,
      rollupsTable: data.rollupsTable,
      stateTable: data.stateTable,
    };
    const outputs = {
      ApiUrl: entrance.url,
      BatchQueueUrl: data.batchQueue.queue.queueUrl,
      BatchDeadLetterQueueUrl: data.batchQueue.deadLetters.queueUrl,
      ScheduleDeadLetterQueueUrl: deadLetters.queueUrl,
      // Whom `modelmeter redrive` hands parked events to.
      ObserveFunction: functions.observe?.functionName,
      BedrockLogsFunction: functions['bedrock-logs']?.functionName,
    };
    for (const [name, value] of Object.entries(outputs)) if (value !== undefined) new CfnOutput(this, name, { value });
  }
}

/** `roll-up` is RollUp there. */
const idOf = (name: FunctionName): string => name.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
