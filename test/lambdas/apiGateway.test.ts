import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { requestOf, resultOf } from '../../adapters/aws/apiGateway.ts';
import { principalOf } from '../../adapters/aws/gatewayPrincipal.ts';

/** The example of AWS's page "Create AWS Lambda proxy integrations for HTTP APIs", format 2.0, but for what a test says. */
const documented = (more: object = {}, context: object = {}): APIGatewayProxyEventV2 => ({
  version: '2.0',
  routeKey: '$default',
  rawPath: '/my/path',
  rawQueryString: 'parameter1=value1&parameter1=value2&parameter2=value',
  cookies: ['cookie1', 'cookie2'],
  headers: { header1: 'value1', header2: 'value1,value2' },
  queryStringParameters: { parameter1: 'value1,value2', parameter2: 'value' },
  requestContext: {
    accountId: '123456789012',
    apiId: 'api-id',
    domainName: 'id.execute-api.us-east-1.amazonaws.com',
    domainPrefix: 'id',
    http: {
      method: 'POST',
      path: '/my/path',
      protocol: 'HTTP/1.1',
      sourceIp: '192.0.2.1',
      userAgent: 'agent',
    },
    requestId: 'id',
    routeKey: '$default',
    stage: '$default',
    time: '12/Mar/2020:19:03:58 +0000',
    timeEpoch: 1583348638390,
    ...context,
  },
  body: 'Hello from Lambda',
  pathParameters: { parameter1: 'value1' },
  isBase64Encoded: false,
  stageVariables: { stageVariable1: 'value1' },
  ...more,
});
const pathOf = (more: object, context: object = {}) => new URL(requestOf(documented(more, context)).url).pathname;
const json = (body: string, headers: object = {}) =>
  new Response(body, { headers: { 'Content-Type': 'application/json', ...headers } });
const asking = (headers: Record<string, string> = {}) => requestOf(documented({ headers }));

describe('a request', () => {
  it('is what the event tells', async () => {
    const request = requestOf(documented());

    expect([request.method, request.url, request.headers.get('Header2')]).toEqual([
      'POST',
      'https://id.execute-api.us-east-1.amazonaws.com/my/path?parameter1=value1&parameter1=value2&parameter2=value',
      'value1,value2',
    ]);
    expect(Buffer.from(await request.arrayBuffer()).toString()).toBe('Hello from Lambda');
    expect(request.headers.get('content-length')).toBe('17');
  });

  it('has the bytes that were sent, where they come in base64', async () => {
    const bytes = Buffer.from([0, 255, 128]);
    const request = requestOf(documented({ body: bytes.toString('base64'), isBase64Encoded: true }));

    expect(Buffer.from(await request.arrayBuffer())).toEqual(bytes);
  });

  it('answers for all else as one of Node does', async () => {
    expect(requestOf(documented()).redirect).toBe('follow');
    expect(await requestOf(documented()).text()).toBe('Hello from Lambda');
  });

  it('has one name at the end of its path, however many slashes are in that', () => {
    const route = { routeKey: 'GET /v1/deployments/{deployment}', rawPath: '/v1/deployments/arn:aws/x y%' };

    expect(pathOf(route)).toBe('/v1/deployments/arn%3Aaws%2Fx%20y%25');
    expect(pathOf({ ...route, routeKey: 'GET /v1/deployments/{deployment+}' })).toBe(
      '/v1/deployments/arn%3Aaws%2Fx%20y%25',
    );
  });

  it('has the path of the API, without stage and without what callers who sign have before it', () => {
    const signed = { routeKey: 'GET /iam/v1/query', rawPath: '/iam/v1/query' };

    expect(pathOf(signed)).toBe('/v1/query');
    expect(pathOf({ ...signed, rawPath: '/prod/iam/v1/query' }, { stage: 'prod' })).toBe('/v1/query');
    expect(pathOf({ routeKey: 'GET /iam/v1/dimensions/{name}', rawPath: '/iam/v1/dimensions/a/b' })).toBe(
      '/v1/dimensions/a%2Fb',
    );
    expect(pathOf({ routeKey: '$default', rawPath: '/iamnot/here' })).toBe('/iamnot/here');
  });
});

describe('who calls', () => {
  const account = '111122223333';
  const RULES: Parameters<typeof principalOf>[1] = {
    callers: [
      { arn: `arn:aws:iam::${account}:role/search-*`, roles: ['writer', 'reader'], teams: ['search'] },
      { arn: `arn:aws:iam::${account}:role/team/path/ops`, roles: ['admin'], teams: ['*'] },
      { arn: `arn:aws:iam::${account}:user/ada`, roles: ['reader'], teams: ['search', '*'] },
    ],
    unnamed: ['writer'],
  };
  const byIam = (userArn: string) =>
    principalOf(
      documented(
        {},
        {
          authorizer: {
            iam: {
              accessKey: 'AKIA…',
              accountId: '111122223333',
              callerId: 'AIDA…',
              cognitoIdentity: null,
              principalOrgId: 'AwsOrgId',
              userArn,
              userId: 'AIDA…',
            },
          },
        },
      ),
      RULES,
    );

  it('is who our authoriser says', () => {
    const principal = { id: 'key:abc', roles: ['writer'], teams: ['search'] };
    const context = { authorizer: { lambda: { principal: JSON.stringify(principal) } } };

    expect(principalOf(documented({}, context), RULES)).toEqual(principal);
  });

  it('is a role or a user of the account, the same in each of its sessions, who may send and nothing else', () => {
    const role = byIam('arn:aws:sts::111122223333:assumed-role/gateway/session-1');

    expect(role).toEqual({ id: 'iam:111122223333:gateway', roles: ['writer'], teams: [] });
    expect(byIam('arn:aws:sts::111122223333:assumed-role/gateway/session-2')).toEqual(role);
    expect(byIam('arn:aws:iam::111122223333:user/example-user')!.id).toBe('iam:111122223333:example-user');
    expect(byIam('arn:aws:iam::111122223333:root')!.id).toBe('iam:111122223333:root');
  });

  it('may do what the first line says that names it, by a pattern, and whatever its path', () => {
    const search = byIam(`arn:aws:sts::${account}:assumed-role/search-api/i-0abc`);

    expect(search).toEqual({ id: `iam:${account}:search-api`, roles: ['writer', 'reader'], teams: ['search'] });
    expect(byIam(`arn:aws:sts::${account}:assumed-role/ops/ada@example.com`)).toMatchObject({
      roles: ['admin'],
      teams: [],
    });
    expect(byIam(`arn:aws:iam::${account}:user/people/ada`)).toMatchObject({ roles: ['reader'], teams: [] });
  });

  it.each([
    ['of another account', 'arn:aws:sts::999999999999:assumed-role/search-api/x'],
    ['whose session is named so', `arn:aws:sts::${account}:assumed-role/other/search-api`],
    ['whose name only ends so', `arn:aws:sts::${account}:assumed-role/my-search-api/x`],
    ['that is a user named so', `arn:aws:iam::${account}:user/search-api`],
  ])('is not taken for another by a name: %s', (_, arn) => {
    expect(byIam(arn)!.roles).toEqual(['writer']);
  });

  it('is nobody where the route asks for no one, and an error where what was said cannot be read', () => {
    expect(principalOf(documented(), RULES)).toBeUndefined();
    const context = { authorizer: { lambda: { principal: '{"id":"x","roles":["root"],"teams":[]}' } } };
    expect(() => principalOf(documented({}, context), RULES)).toThrow();
  });
});

describe('an answer', () => {
  const MIB = 1024 * 1024;

  it('is text where it is text, base64 where it is not, and nothing where there is none', async () => {
    expect(await resultOf(json('{"ü":1}'), asking())).toMatchObject({ body: '{"ü":1}', isBase64Encoded: false });
    const binary = new Response(new Uint8Array([0, 255]), { headers: { 'Content-Type': 'application/x-protobuf' } });
    expect(await resultOf(binary, asking())).toMatchObject({ body: 'AP8=', isBase64Encoded: true });
    expect(await resultOf(new Response(null, { status: 204 }), asking())).toEqual({ statusCode: 204, headers: {} });
  });

  it('that Lambda cannot pass on is a 413 that says what to do', async () => {
    for (const body of ['x'.repeat(6 * MIB + 1), '"'.repeat(3.5 * MIB)]) {
      const { statusCode, body: told } = await resultOf(json(body), asking());

      expect(statusCode).toBe(413);
      expect(JSON.parse(told!)).toMatchObject({ status: 413, detail: expect.stringContaining('shorter range') });
    }
    expect((await resultOf(json('x'.repeat(5 * MIB)), asking())).statusCode).toBe(200);
  });

  it('that is large is compressed for who takes that, and may be larger then', async () => {
    const { statusCode, headers, body, isBase64Encoded } = await resultOf(
      json('x'.repeat(20 * MIB)),
      asking({ 'accept-encoding': 'gzip, br' }),
    );

    expect([statusCode, headers!['content-encoding'], isBase64Encoded]).toEqual([200, 'gzip', true]);
    expect(body!.length).toBeLessThan(MIB);
  });

  it('that never ends is left at the limit', async () => {
    let pulls = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulls++;
        controller.enqueue(new Uint8Array(MIB));
      },
    });

    expect((await resultOf(new Response(endless), asking())).statusCode).toBe(413);
    expect(pulls).toBeLessThan(12);
  });
});
