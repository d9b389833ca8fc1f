import {
  type _InstanceType,
  CreateTagsCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  EC2Client,
  RunInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DescribeEndpointCommand,
  ListEndpointsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { awsInventory } from '../../adapters/aws/inventory.ts';
import { mockAws } from './mockAws.ts';
import { awsConfig, hasMoto, type Service, startMoto } from './services.ts';

const where = { account: '123456789012', region: 'us-east-1' };

const ec2Mock = mockAws(EC2Client);
const sagemakerMock = mockAws(SageMakerClient);

describe('the inventory of AWS', () => {
  afterEach(() => {
    ec2Mock.reset();
    sagemakerMock.reset();
  });
  const inventory = (options = {}) =>
    awsInventory({ ec2: new EC2Client({}), sagemaker: new SageMakerClient({}), ...where, ...options });
  const page = (id: string, NextToken?: string, more = {}) => ({
    Reservations: [{ OwnerId: '210987654321', Instances: [{ InstanceId: id, InstanceType: 'g5.xlarge', ...more }] }],
    NextToken,
  });

  it('follows pages up to a bound, and says that there is more', async () => {
    ec2Mock.on(DescribeInstancesCommand).resolves(page('i-1', 'more'));
    sagemakerMock.on(ListEndpointsCommand).resolves({ Endpoints: [] });

    const { resources, isAll } = await inventory({ maxInstancePages: 3 }).list();

    expect([resources.length, isAll]).toEqual([3, false]);
    expect(ec2Mock.commandCalls(DescribeInstancesCommand)).toHaveLength(3);
  });

  it('knows spot instances, and the account that owns a shared one', async () => {
    ec2Mock.on(DescribeInstancesCommand).resolves(page('i-1', undefined, { InstanceLifecycle: 'spot' }));
    sagemakerMock.on(ListEndpointsCommand).resolves({ Endpoints: [] });

    expect((await inventory().list()).resources).toMatchObject([{ purchase: 'spot', account: '210987654321' }]);
  });

  it('leaves out an endpoint that is deleted while it is looked at, and those without instances', async () => {
    const endpoint = (EndpointName: string, EndpointStatus = 'InService') => ({
      EndpointName,
      EndpointArn: `arn:${EndpointName}`,
      EndpointStatus,
    });
    ec2Mock.on(DescribeInstancesCommand).resolves({});
    sagemakerMock.on(ListEndpointsCommand).resolves({ Endpoints: [endpoint('gone'), endpoint('failed', 'Failed')] });
    sagemakerMock
      .on(DescribeEndpointCommand)
      .rejects(Object.assign(new Error('Could not find endpoint "gone".'), { name: 'ValidationException' }));

    expect(await inventory().list()).toEqual({ resources: [], isAll: true });
  });
});

describe.skipIf(!hasMoto)('the inventory of AWS, over the wire', () => {
  let moto: Service;
  let ec2: EC2Client;
  let sagemaker: SageMakerClient;
  beforeAll(async () => {
    ec2Mock.restore();
    sagemakerMock.restore();
    moto = await startMoto();
    ec2 = new EC2Client(awsConfig(moto.endpoint));
    sagemaker = new SageMakerClient(awsConfig(moto.endpoint));
  });
  afterAll(() => moto?.stop());

  const run = async (InstanceType: _InstanceType, tags: Record<string, string> = {}) => {
    const { Images } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }));
    const { Instances } = await ec2.send(
      new RunInstancesCommand({ ImageId: Images![0]!.ImageId!, InstanceType, MinCount: 1, MaxCount: 1 }),
    );
    const id = Instances![0]!.InstanceId!;
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    if (Tags.length > 0) await ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));
    return id;
  };

  it('lists running instances with their tags, and no stopped one', async () => {
    const gpu = await run('g5.xlarge', { Name: 'ranker-1', app: 'rank' });
    const stopped = await run('p3.2xlarge');
    await ec2.send(new StopInstancesCommand({ InstanceIds: [stopped] }));

    const { resources, isAll } = await awsInventory({ ec2, sagemaker, ...where }).list();

    expect(isAll).toBe(true);
    expect(resources.map(({ id }) => id)).toEqual([gpu]);
    expect(resources[0]).toMatchObject({
      kind: 'instance',
      instanceType: 'g5.xlarge',
      purchase: 'onDemand',
      account: '123456789012',
      region: 'us-east-1',
      tags: { Name: 'ranker-1', app: 'rank' },
      count: 1,
    });
    expect(resources[0]!.names).toEqual(expect.arrayContaining([gpu, 'ranker-1']));
    expect(Math.abs(resources[0]!.launchedMs - Date.now())).toBeLessThan(600_000);
  });

  it('lists each variant of an endpoint with its type and how many there are, and none that is serverless', async () => {
    const role = 'arn:aws:iam::123456789012:role/sagemaker';
    await sagemaker.send(new CreateModelCommand({ ModelName: 'm', ExecutionRoleArn: role }));
    const variant = (VariantName: string) => ({ VariantName, ModelName: 'm', InitialVariantWeight: 1 });
    await sagemaker.send(
      new CreateEndpointConfigCommand({
        EndpointConfigName: 'c',
        ProductionVariants: [
          { ...variant('blue'), InstanceType: 'ml.g4dn.2xlarge', InitialInstanceCount: 2 },
          { ...variant('green'), InstanceType: 'ml.p3.2xlarge', InitialInstanceCount: 1 },
          { ...variant('calls'), ServerlessConfig: { MemorySizeInMB: 2048, MaxConcurrency: 5 } },
        ],
      }),
    );
    const Tags = [{ Key: 'team', Value: 'search' }];
    await sagemaker.send(new CreateEndpointCommand({ EndpointName: 'ranker', EndpointConfigName: 'c', Tags }));

    const { resources } = await awsInventory({ ec2, sagemaker, ...where }).list();

    expect(resources.filter(({ kind }) => kind === 'endpoint')).toMatchObject([
      {
        id: 'ranker/blue',
        names: ['ranker', 'ranker/blue'],
        instanceType: 'ml.g4dn.2xlarge',
        count: 2,
        tags: { team: 'search' },
      },
      { id: 'ranker/green', instanceType: 'ml.p3.2xlarge', count: 1 },
    ]);
  });
});
