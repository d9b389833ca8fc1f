import { DescribeInstancesCommand, type EC2Client, type Instance } from '@aws-sdk/client-ec2';
import {
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  ListEndpointsCommand,
  ListTagsCommand,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { InventoryResource } from '../../core/cost/inventory/resource.ts';
import type { Inventory } from '../../core/ports.ts';
import { failingAs, nameOf } from './awsError.ts';

export interface AwsInventoryOptions {
  ec2: EC2Client;
  sagemaker: SageMakerClient;
  account: string;
  region: string;
  /** @default 20: as many instances as 20,000 */
  maxInstancePages?: number;
  /** Three requests for each. @default 500 */
  maxEndpoints?: number;
}

const INSTANCES_A_PAGE = 1_000;
const ENDPOINTS_A_PAGE = 100;
/** Endpoints that are looked at at the same time; SageMaker's control calls are few a second. */
const AT_ONCE = 4;
/** In these states an endpoint has instances that are paid for. */
const RUNNING: ReadonlySet<string> = new Set(['InService', 'Updating', 'SystemUpdating', 'RollingBack']);

type Where = Pick<AwsInventoryOptions, 'account' | 'region'>;

/** EC2's running instances and SageMaker's endpoints, of one account and region. */
export const awsInventory = (options: AwsInventoryOptions): Inventory => ({
  async list() {
    const instances = await listInstances(options);
    const endpoints = await listEndpoints(options);
    return {
      resources: [...instances.resources, ...endpoints.resources],
      isAll: instances.isAll && endpoints.isAll,
    };
  },
});

const listInstances = async ({ ec2, maxInstancePages = 20, ...where }: AwsInventoryOptions) => {
  const resources: InventoryResource[] = [];
  let NextToken: string | undefined;
  let pages = 0;
  do {
    const command = new DescribeInstancesCommand({
      Filters: [{ Name: 'instance-state-name', Values: ['running'] }],
      MaxResults: INSTANCES_A_PAGE,
      NextToken,
    });
    const page = await failingAs('list the instances of EC2', () => ec2.send(command));
    for (const { OwnerId, Instances = [] } of page.Reservations ?? [])
      for (const instance of Instances)
        resources.push(ofInstance(instance, { region: where.region, account: OwnerId ?? where.account }));
    NextToken = page.NextToken;
    pages++;
  } while (NextToken !== undefined && pages < maxInstancePages);
  return { resources, isAll: NextToken === undefined };
};

const ofInstance = (instance: Instance, where: Where): InventoryResource => {
  const id = instance.InstanceId!;
  const tags = tagsOf(instance.Tags);
  const { PrivateDnsName: host, PrivateIpAddress: address } = instance;
  const names = [id, tags.Name, host, host?.split('.')[0], address].filter((name) => name !== undefined && name !== '');
  return {
    id,
    kind: 'instance',
    names: [...new Set(names as string[])],
    instanceType: instance.InstanceType!,
    ...where,
    purchase: instance.InstanceLifecycle === 'spot' ? 'spot' : 'onDemand',
    launchedMs: instance.LaunchTime?.getTime() ?? 0,
    tags,
    count: 1,
  };
};

const listEndpoints = async ({ sagemaker, maxEndpoints = 500, ...where }: AwsInventoryOptions) => {
  const found: { name: string; arn: string }[] = [];
  let NextToken: string | undefined;
  do {
    const command = new ListEndpointsCommand({ MaxResults: ENDPOINTS_A_PAGE, NextToken });
    const page = await failingAs('list the endpoints of SageMaker', () => sagemaker.send(command));
    for (const { EndpointName: name, EndpointArn: arn, EndpointStatus: status } of page.Endpoints ?? [])
      if (RUNNING.has(status ?? '')) found.push({ name: name!, arn: arn! });
    NextToken = page.NextToken;
  } while (NextToken !== undefined && found.length < maxEndpoints);
  const wanted = found.slice(0, maxEndpoints);
  const resources: InventoryResource[] = [];
  for (let i = 0; i < wanted.length; i += AT_ONCE) {
    const some = wanted.slice(i, i + AT_ONCE);
    resources.push(...(await Promise.all(some.map((endpoint) => variantsOf(sagemaker, endpoint, where)))).flat());
  }
  return { resources, isAll: NextToken === undefined && found.length <= maxEndpoints };
};

/** The variants of an endpoint that have instances; serverless ones have none. [] of one that is gone meanwhile. */
const variantsOf = async (
  client: SageMakerClient,
  { name, arn }: { name: string; arn: string },
  { region, account }: Where,
): Promise<InventoryResource[]> => {
  const described = await failingAs(`look at the endpoint ${name}`, async () => {
    try {
      const endpoint = await client.send(new DescribeEndpointCommand({ EndpointName: name }));
      const { EndpointConfigName } = endpoint;
      const config = await client.send(new DescribeEndpointConfigCommand({ EndpointConfigName }));
      const { Tags } = await client.send(new ListTagsCommand({ ResourceArn: arn, MaxResults: 100 }));
      return { endpoint, config, tags: tagsOf(Tags) };
    } catch (error) {
      if (nameOf(error) === 'ValidationException' && /could not find/i.test((error as Error).message)) return undefined;
      throw error;
    }
  });
  if (!described) return [];
  const { endpoint, config, tags } = described;
  const configured = [...(config.ProductionVariants ?? []), ...(config.ShadowProductionVariants ?? [])];
  const types = new Map(configured.map(({ VariantName, InstanceType }) => [VariantName, InstanceType]));
  const variants = [...(endpoint.ProductionVariants ?? []), ...(endpoint.ShadowProductionVariants ?? [])];
  return variants.flatMap(({ VariantName, CurrentInstanceCount: count = 0 }): InventoryResource[] => {
    const instanceType = types.get(VariantName);
    if (instanceType === undefined || count === 0) return [];
    return [
      {
        id: `${name}/${VariantName}`,
        kind: 'endpoint',
        names: [name, `${name}/${VariantName}`],
        instanceType,
        region,
        account,
        purchase: 'onDemand',
        launchedMs: endpoint.CreationTime?.getTime() ?? 0,
        tags,
        count,
      },
    ];
  });
};

const tagsOf = (tags: readonly { Key?: string | undefined; Value?: string | undefined }[] = []) =>
  Object.fromEntries(tags.flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? '']])));
