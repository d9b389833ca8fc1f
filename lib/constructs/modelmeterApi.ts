import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpNoneAuthorizer,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import {
  HttpIamAuthorizer,
  HttpLambdaAuthorizer,
  HttpLambdaResponseType,
} from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Grant } from '../grants.ts';
import { ROUTES, type Route } from '../routes.ts';

/** A key that was revoked, and a team that was taken away, may count for this long. */
const AUTHORISED_FOR = Duration.seconds(60);
const IAM_PREFIX = '/iam';

/** What is noted of each request. Never a header or a query: keys and filters may name persons. */
const ACCESS_LOG = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  caller: '$context.identity.userArn',
  agent: '$context.identity.userAgent',
  method: '$context.httpMethod',
  route: '$context.routeKey',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  responseBytes: '$context.responseLength',
  integrationError: '$context.integrationErrorMessage',
  authoriserError: '$context.authorizer.error',
};

export interface ModelmeterApiProps {
  readonly functions: { readonly ingest: IFunction; readonly api: IFunction };
  readonly authorise: IFunction;
  /** Its access log is encrypted under it. */
  readonly key: IKey;
  readonly logRetention: RetentionDays;
  readonly throttle: { readonly requestsPerSecond: number; readonly burst: number };
}

/** The HTTP API: routes of lib/routes.ts, by API key or token as they are and by IAM below `/iam`; logged and throttled. */
export class ModelmeterApi extends Construct {
  readonly api: HttpApi;
  readonly stage: HttpStage;
  private readonly iamRoutes = new Map<string, HttpRoute>();

  constructor(scope: Construct, id: string, props: ModelmeterApiProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', { description: 'Modelmeter', createDefaultStage: false });
    const accessLog = new LogGroup(this, 'AccessLog', {
      retention: props.logRetention,
      encryptionKey: props.key,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: props.throttle.requestsPerSecond, burstLimit: props.throttle.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLog),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG)),
      },
    });

    const authoriser = new HttpLambdaAuthorizer('Authoriser', props.authorise, {
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      identitySource: ['$request.header.Authorization'],
      resultsCacheTtl: AUTHORISED_FOR,
    });
    const integrations = {
      ingest: new HttpLambdaIntegration('Ingest', props.functions.ingest, { scopePermissionToRoute: false }),
      api: new HttpLambdaIntegration('Read', props.functions.api, { scopePermissionToRoute: false }),
    };
    const add = ({ method, path, to }: Route, authorizer: IHttpRouteAuthorizer): HttpRoute =>
      new HttpRoute(this, `${method}${path.replaceAll('/', '-')}`, {
        httpApi: this.api,
        routeKey: HttpRouteKey.with(path, method),
        integration: integrations[to],
        authorizer,
      });
    const byIam = new HttpIamAuthorizer();
    for (const route of ROUTES) {
      add(route, route.isOpen ? new HttpNoneAuthorizer() : authoriser);
      if (route.isOpen) continue;
      const path = `${IAM_PREFIX}${route.path}`;
      this.iamRoutes.set(`${route.method} ${path}`, add({ ...route, path }, byIam));
    }
  }

  /** Where clients send and ask, without a slash at the end. */
  get url(): string {
    return this.api.apiEndpoint;
  }

  /**
   * To call one route below `/iam`.
   *
   * @param key such as `GET /iam/v1/query`
   * @throws Error when there is no such route
   */
  mayCall(key: string): Grant {
    const found = this.iamRoutes.get(key);
    if (!found) throw new Error(`there is no route ${key}; routes are in lib/routes.ts`);
    return (to) => {
      found.grantInvoke(to);
    };
  }
}
