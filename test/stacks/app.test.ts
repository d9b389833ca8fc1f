import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ROUTES } from '../../lib/routes.ts';
import manifest from '../../package.json' with { type: 'json' };
import { allowedTo, statementsOf } from './statements.ts';
import { synthesised } from './synthesised.ts';

describe('stack of the application', () => {
  const stacks = synthesised();
  const template = stacks.template('ModelmeterApp');

  it('runs Node 24 on arm64, with JSON logs that end and are encrypted', () => {
    template.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: 'WARN' },
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30, KmsKeyId: Match.anyValue() });
  });

  it.each([
    [false, ['Modelmeter api']],
    [true, ['Modelmeter api', 'Modelmeter ingest']],
  ])(
    'begins traces of queries, and of ingestion if asked (%s); others join what reaches them',
    (traceIngest, expected) => {
      const functions = synthesised(`aws: { traceIngest: ${traceIngest} }`)
        .template('ModelmeterApp')
        .findResources('AWS::Lambda::Function');
      const modes = Object.values(functions).map(({ Properties: { Description, TracingConfig } }) => [
        Description.split(':')[0],
        TracingConfig.Mode,
      ]);
      const active = modes.flatMap(([name, mode]) => (mode === 'Active' ? [name] : []));

      expect(active.sort()).toEqual(expected);
      expect(new Set(modes.map(([, mode]) => mode))).toEqual(new Set(['Active', 'PassThrough']));
    },
  );

  it('says where `modelmeter redrive` finds queues and functions', () => {
    for (const name of ['BatchQueueUrl', 'BatchDeadLetterQueueUrl', 'ScheduleDeadLetterQueueUrl', 'ObserveFunction'])
      template.hasOutput(name, Match.anyValue());
    expect(template.findOutputs('BedrockLogsFunction')).toEqual({});
  });

  it('tells its version, as every stack does, for `modelmeter doctor --aws`', () => {
    for (const each of stacks.templates.values()) each.hasOutput('Version', { Value: manifest.version });
  });

  it('lets the heartbeat send and ask, by the name of its role', () => {
    const inEnvironment = Object.values(template.findResources('AWS::Lambda::Function')).flatMap(
      ({ Properties }) => Properties.Environment?.Variables?.IAM_CALLERS ?? [],
    );

    expect(inEnvironment).toHaveLength(2); // ingest and api
    for (const {
      'Fn::Join': [, parts],
    } of inEnvironment) {
      expect(parts[0]).toBe('[{"arn":"');
      expect(parts[1]['Fn::GetAtt'][0]).toMatch(/^HeartbeatRole/);
      expect(parts[2]).toBe('","roles":["writer","reader"],"teams":["*"]}]');
    }
  });

  it('bounds the roll-up by its source', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 50,
      MaximumBatchingWindowInSeconds: 30,
      ScalingConfig: { MaximumConcurrency: 4 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it.each([
    ['Ingest', ['s3:GetObject on DataBucket/batches/*', 's3:PutObject on DataBucket/batches/*']],
    [
      'Heartbeat',
      [
        expect.stringMatching(/^execute-api:Invoke .*\/GET\/iam\/v1\/query$/),
        expect.stringMatching(/^execute-api:Invoke .*\/POST\/iam\/v1\/metrics$/),
      ],
    ],
    ['Authorise', ['dynamodb:BatchGetItem on State', 'dynamodb:GetItem on State', 'dynamodb:Query on State']],
    [
      'Observe',
      [
        'dynamodb:BatchGetItem on State',
        'dynamodb:GetItem on State',
        'dynamodb:Query on State',
        's3:GetObject on DataBucket/batches/*',
        's3:PutObject on DataBucket/batches/*',
      ],
    ],
  ])('lets %s do its work, and nothing else', (construct, expected) => {
    const common = /^(kms|logs|xray):|on ScheduleDeadLetters$/;

    const allowed = allowedTo(template, `${construct}Role`).filter((each) => !common.test(each));

    expect(allowed).toEqual(expected);
  });

  it('lets functions use the key through one service each, never by hand', () => {
    const ofKey = statementsOf(template).filter(({ actions }) => actions.some((action) => action.startsWith('kms:')));

    expect(ofKey).not.toEqual([]);
    for (const { actions, conditions } of ofKey)
      expect(conditions, actions.join()).toHaveProperty(['StringEquals', 'kms:ViaService']);
  });

  it('starts scheduled work within a window, and parks what cannot start or fails', () => {
    const schedules = Object.values(template.findResources('AWS::Scheduler::Schedule'));

    expect(schedules.map(({ Properties }) => Properties.ScheduleExpression).sort()).toEqual([
      'rate(1 day)',
      'rate(1 hour)',
      'rate(1 hour)',
      'rate(1 minute)',
      'rate(15 minutes)',
      'rate(5 minutes)',
      'rate(5 minutes)',
    ]);
    // What runs every minute has no room for a window: a window has whole minutes.
    const exact = schedules.filter(({ Properties }) => Properties.FlexibleTimeWindow.Mode === 'OFF');
    expect(exact.map(({ Properties }) => Properties.ScheduleExpression)).toEqual(['rate(1 minute)']);
    template.allResourcesProperties('AWS::Scheduler::Schedule', {
      GroupName: Match.anyValue(),
      Target: {
        DeadLetterConfig: { Arn: Match.anyValue() },
        RetryPolicy: { MaximumEventAgeInSeconds: Match.anyValue(), MaximumRetryAttempts: 3 },
      },
    });
  });

  it('has every route twice, by key or token and by IAM, but the one that is open', () => {
    const routes = Object.values(template.findResources('AWS::ApiGatewayV2::Route')).map(
      ({ Properties }) => Properties,
    );
    const kindOf = (key: string) => routes.find(({ RouteKey }) => RouteKey === key)?.AuthorizationType;

    expect(routes).toHaveLength(2 * ROUTES.length - 1);
    for (const { method, path, isOpen } of ROUTES) {
      expect(kindOf(`${method} ${path}`)).toBe(isOpen ? 'NONE' : 'CUSTOM');
      expect(kindOf(`${method} /iam${path}`)).toBe(isOpen ? undefined : 'AWS_IAM');
    }
  });

  it('asks the authoriser once a minute for each Authorization header', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Authorizer', {
      AuthorizerType: 'REQUEST',
      EnableSimpleResponses: true,
      AuthorizerPayloadFormatVersion: '2.0',
      IdentitySource: ['$request.header.Authorization'],
      AuthorizerResultTtlInSeconds: 60,
    });
  });

  it('throttles and logs requests, without headers and queries', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      DefaultRouteSettings: { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 },
      AccessLogSettings: { Format: Match.not(Match.stringLikeRegexp('querystring|header|context.path')) },
    });
  });

  it('lets nobody sign up, or write the teams they are bound to', () => {
    template.hasResourceProperties('AWS::Cognito::UserPool', {
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      DeletionProtection: 'ACTIVE',
    });
    template.hasResourceProperties('AWS::Cognito::UserPoolClient', {
      WriteAttributes: ['email'],
      ReadAttributes: Match.arrayWith(['custom:teams']),
      PreventUserExistenceErrors: 'ENABLED',
    });
    expect(
      Object.values(template.findResources('AWS::Cognito::UserPoolGroup')).map((g) => g.Properties.GroupName),
    ).toEqual(['reader', 'writer', 'admin']);
  });

  it('takes the tokens of an issuer that the configuration names, and makes no pool then', () => {
    const other = synthesised(
      'aws: { login: { kind: oidc, issuer: "https://login.example.com", audience: [a, b], rolesClaim: roles } }',
    ).template('ModelmeterApp');

    other.resourceCountIs('AWS::Cognito::UserPool', 0);
    other.hasResourceProperties('AWS::Lambda::Function', {
      Environment: {
        Variables: Match.objectLike({
          OIDC_ISSUER: 'https://login.example.com',
          OIDC_AUDIENCE: 'a,b',
          ROLES_CLAIM: 'roles',
          TEAMS_CLAIM: 'modelmeter_teams',
        }),
      },
    });
  });

  it('leaves out what no source is asked for', () => {
    const none = synthesised(
      'aws: { sources: { bedrock: false, sagemaker: false, batch: false, pipelines: false, inventory: false } }',
    ).template('ModelmeterApp');

    none.resourceCountIs('AWS::Events::Rule', 0);
    expect(Object.values(none.findResources('AWS::Scheduler::Schedule'))).toHaveLength(5);
  });

  it('puts the registry into the account, and the tags that find resources to what is known of costs', () => {
    const { Properties } = Object.values(
      synthesised('deployments: { search: { team: search, tags: { app: search } } }')
        .template('ModelmeterApp')
        .findResources('Custom::ModelmeterRegistry'),
    )[0]!;

    expect(JSON.parse(Properties.deployments)).toEqual({ search: { team: 'search' } });
    expect(JSON.parse(Properties.costs).deployments).toEqual({ search: { team: 'search', tags: { app: 'search' } } });
  });

  it('refuses a registry larger than CloudFormation passes on, and says what to do', () => {
    const many = Array.from({ length: 2_000 }, (_, i) => `  d${i}: { owner: "${'o'.repeat(100)}" }`).join('\n');

    expect(() => synthesised(`deployments:\n${many}`)).toThrow(/deployments, .*: \d+ bytes .* PUT \/v1\/deployments/s);
  });

  it('names what commands look for', () => {
    expect(Object.keys(template.findOutputs('*'))).toEqual(
      expect.arrayContaining(['ApiUrl', 'BatchQueueUrl', 'BatchDeadLetterQueueUrl']),
    );
  });
});
