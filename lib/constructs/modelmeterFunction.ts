import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  ApplicationLogLevel,
  Architecture,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { BUNDLE_HANDLER } from '../../lambdas/bundle.ts';
import { FUNCTIONS, type FunctionName } from '../functions.ts';
import type { Grant } from '../grants.ts';
import { codeOf } from './functionCode.ts';

export interface ModelmeterFunctionProps {
  readonly name: FunctionName;
  /** Write it as `{ … } satisfies z.input<typeof Env>`, so that a missing variable does not compile. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly grants: readonly Grant[];
  /** Its logs are encrypted under it. */
  readonly key: IKey;
  readonly logRetention: RetentionDays;
  /**
   * Whether X-Ray begins traces of it.
   *
   * @default false: it joins those that reach it
   */
  readonly isTraced?: boolean;
  /**
   * Where an invocation goes that nobody waits for and that failed three times.
   *
   * @default none: for functions whose caller is told
   */
  readonly deadLetters?: IQueue;
}

/** One of our functions: its bundle, its own role with exactly these grants, its own encrypted log. */
export class ModelmeterFunction extends Construct {
  readonly fn: LambdaFunction;

  constructor(scope: Construct, id: string, props: ModelmeterFunctionProps) {
    super(scope, id);
    const { memoryMb, timeoutS, does } = FUNCTIONS[props.name];
    const logGroup = new LogGroup(this, 'Logs', {
      retention: props.logRetention,
      encryptionKey: props.key,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
    );
    this.fn = new LambdaFunction(this, 'Function', {
      description: `Modelmeter ${props.name}: ${does}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: codeOf(props.name),
      handler: BUNDLE_HANDLER,
      role,
      memorySize: memoryMb,
      timeout: Duration.seconds(timeoutS),
      environment: defined(props.environment),
      tracing: props.isTraced ? Tracing.ACTIVE : Tracing.PASS_THROUGH,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      systemLogLevelV2: SystemLogLevel.WARN,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      ...(props.deadLetters && { deadLetterQueue: props.deadLetters }),
    });
    for (const grant of props.grants) grant(this.fn);
  }
}

const defined = (environment: ModelmeterFunctionProps['environment']): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined));
