import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  paginateListExports,
} from '@aws-sdk/client-cloudformation';
import { S3Client } from '@aws-sdk/client-s3';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { s3BatchLog } from '../../adapters/aws/s3BatchLog.ts';
import type { Principal } from '../../core/ports.ts';
import { bundle } from '../../lambdas/bundle.ts';
import { gateway } from '../lambdas/gateway.ts';
import { sqsEvent } from '../lambdas/invoke.ts';
import { deployToMoto } from '../stacks/deployed.ts';
import { synthesised } from '../stacks/synthesised.ts';
import { type Lambda, lambda } from './lambda.ts';
import { awsConfig, startMoto } from './services.ts';

/** The stacks in moto, and their functions: bundles in threads, each with the environment that its template gives it. */
export const startDeployment = async (yaml = '') => {
  const moto = await startMoto();
  const { assembly } = synthesised(yaml);
  const stacks = await deployToMoto(moto.endpoint, assembly);
  const environments = await environmentsIn(moto.endpoint, assembly);
  const bundles = mkdtempSync(join(tmpdir(), 'modelmeter-bundles-'));
  const files = new Map<string, Promise<string>>();
  const started: Lambda[] = [];
  const bucket = stacks.get('ModelmeterData')!.outputs.DataBucket!;
  const log = s3BatchLog({ client: new S3Client(awsConfig(moto.endpoint)), bucket });

  return {
    endpoint: moto.endpoint,
    bucket,
    outputs: Object.fromEntries([...stacks.values()].flatMap(({ outputs }) => Object.entries(outputs))),
    /** A function, cold. @param endpoint where it finds AWS; moto itself when absent */
    async start(name: string, endpoint = moto.endpoint, more: Record<string, string> = {}): Promise<Lambda> {
      if (!files.has(name)) files.set(name, bundle(name, join(bundles, name)));
      const { region, credentials } = awsConfig(endpoint);
      const env = {
        ...environments.get(name)!,
        AWS_REGION: region,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_ENDPOINT_URL: endpoint,
        ...more,
      };
      const fn = lambda({ name, file: await files.get(name)!, env });
      started.push(fn);
      return fn;
    },
    /** What S3 has told the queue since the last call: moto takes the notification's configuration, but sends none. */
    announcements: newBatches(log),
    async stop() {
      await Promise.all(started.map((each) => each.kill()));
      await moto.stop();
      rmSync(bundles, { recursive: true });
    },
  };
};

export type Deployment = Awaited<ReturnType<typeof startDeployment>>;

/**
 * The environment that the template gives each function, by the function's name, which its description begins with. moto
 * says that it made the functions and then knows none of them, so what the template refers to is looked up here.
 */
const environmentsIn = async (endpoint: string, assembly: CloudAssembly) => {
  const client = new CloudFormationClient(awsConfig(endpoint));
  const exported = new Map<string, string>();
  for await (const { Exports = [] } of paginateListExports({ client }, {}))
    for (const { Name, Value } of Exports) exported.set(Name!, Value!);
  const found = new Map<string, Record<string, string>>();
  for (const { stackName, template } of assembly.stacks) {
    const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName: stackName }));
    const made = new Map(StackResources.map((each) => [each.LogicalResourceId, each.PhysicalResourceId]));
    const resolve = (value: unknown): string => {
      if (typeof value === 'string') return value;
      const { Ref, 'Fn::ImportValue': imported, 'Fn::Join': joined, 'Fn::GetAtt': attribute } = value as Intrinsic;
      if (attribute?.[1] === 'Arn') return `arn:aws:iam::123456789012:role/${made.get(attribute[0])}`;
      if (joined !== undefined) return joined[1].map(resolve).join(joined[0]);
      if (imported !== undefined) return exported.get(imported)!;
      return (Ref !== undefined && made.get(Ref)) || 'https://unmade.invalid'; // Cognito's, the API's: not used here
    };
    for (const { Type, Properties } of Object.values(template.Resources as Record<string, FunctionResource>)) {
      const name = /^Modelmeter ([\w-]+):/.exec(Properties?.Description ?? '')?.[1];
      if (Type !== 'AWS::Lambda::Function' || name === undefined) continue;
      const variables = Object.entries(Properties?.Environment?.Variables ?? {});
      found.set(name, Object.fromEntries(variables.map(([key, value]) => [key, resolve(value)])));
    }
  }
  return found;
};

interface Intrinsic {
  Ref?: string;
  'Fn::ImportValue'?: string;
  /** Asked for of roles alone. */
  'Fn::GetAtt'?: [logicalId: string, attribute: string];
  'Fn::Join'?: [separator: string, parts: unknown[]];
}

interface FunctionResource {
  Type: string;
  Properties?: { Description?: string; Environment?: { Variables: Record<string, unknown> } };
}

/** Bodies of SQS messages, one for each batch that is new since the last call, as S3 writes them. */
const newBatches = (log: ReturnType<typeof s3BatchLog>) => {
  const told = new Set<string>();
  return async (): Promise<string[]> => {
    const bodies: string[] = [];
    for await (const { id } of log.list('')) {
      if (told.has(id)) continue;
      told.add(id);
      bodies.push(createdEvent(`batches/${id}`));
    }
    return bodies;
  };
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
const createdEvent = (key: string): string =>
  JSON.stringify({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'us-east-1',
        eventTime: '2026-01-01T00:00:00.000Z',
        eventName: 'ObjectCreated:Put',
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'batches',
          bucket: { name: 'data', arn: 'arn:aws:s3:::data' },
          object: { key, size: 1024, eTag: '0', sequencer: '0055AED6DCD90281E5' },
        },
      },
    ],
  });

/** Rolls up what was announced, `atOnce` messages an invocation; answers the messages that the function gave back. */
export const deliver = async (fn: Lambda, bodies: readonly string[], atOnce = 10): Promise<string[]> => {
  const back: string[] = [];
  for (let i = 0; i < bodies.length; i += atOnce) {
    const some = bodies.slice(i, i + atOnce);
    const event = sqsEvent(...some);
    const { batchItemFailures } = (await fn.invoke(event)) as { batchItemFailures: { itemIdentifier: string }[] };
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    back.push(...event.Records.filter(({ messageId }) => failed.has(messageId)).map(({ body }) => body));
  }
  return back;
};

const INGEST = /^POST (\/v1\/(events|metrics|traces|logs)|\/api\/v1\/write)$/;

/** The HTTP API on a port of loopback: API Gateway's part is played, the three functions behind it are real. */
export const startApi = (functions: { ingest: Lambda; api: Lambda; authorise: Lambda }) =>
  gateway({
    handler: (event) => functions[INGEST.test(event.routeKey) ? 'ingest' : 'api'].invoke(event) as never,
    principalOf: async (headers) => {
      const authorization = headers.get('authorization');
      if (authorization === null) return undefined; // API Gateway does not ask then
      const answer = await functions.authorise.invoke({
        version: '2.0',
        type: 'REQUEST',
        routeArn: 'arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/$default/GET/v1/query',
        identitySource: [authorization],
        headers: Object.fromEntries(headers),
      });
      const { isAuthorized, context } = answer as { isAuthorized: boolean; context?: { principal: string } };
      return isAuthorized ? (JSON.parse(context!.principal) as Principal) : undefined;
    },
  });
