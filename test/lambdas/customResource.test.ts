import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { customResource } from '../../lambdas/customResource.ts';
import { invoke } from './invoke.ts';

let server: Server;
let responseUrl: string;
let answers: { method?: string | undefined; type?: string | undefined; body: Record<string, unknown> }[];
/** The statuses that CloudFormation's bucket answers with, one after the other; 200 after those. */
let statuses: number[];

beforeEach(async () => {
  answers = [];
  statuses = [];
  server = createServer(async (request, response) => {
    const body = JSON.parse(await text(request));
    const status = statuses.shift() ?? 200;
    if (status === 200) answers.push({ method: request.method, type: request.headers['content-type'], body });
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  responseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer?signature=x`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** As on AWS's page "Custom resource request and response reference". */
const request = (RequestType: 'Create' | 'Update' | 'Delete', properties: object = { deployments: '{}' }) => ({
  RequestType,
  ServiceToken: 'arn:aws:lambda:us-east-1:123456789012:function:configure',
  ResponseURL: responseUrl,
  StackId: 'arn:aws:cloudformation:us-west-2:123456789012:stack/mystack/5b918d10-cd98-11ea-90d5-0a9cd3354c10',
  RequestId: 'unique id for this request',
  ResourceType: 'Custom::TestResource',
  LogicalResourceId: 'MyTestResource',
  ResourceProperties: { ServiceToken: 'arn:…', ...properties },
  ...(RequestType !== 'Create' && { PhysicalResourceId: 'a-thing' }),
});
const functionOf = (put: (text: string) => Promise<void>) =>
  customResource({ id: 'a-thing', schema: z.object({ deployments: z.string() }), put: (of) => put(of.deployments) });

describe('CloudFormation', () => {
  it('is told when the resource was put', async () => {
    const puts: string[] = [];
    const handler = functionOf(async (text) => void puts.push(text));

    await invoke(handler, request('Create'));
    await invoke(handler, request('Update', { deployments: '{"a":{}}' }));

    expect(puts).toEqual(['{}', '{"a":{}}']);
    expect(answers).toHaveLength(2);
    expect(answers[0]).toMatchObject({
      method: 'PUT',
      body: {
        Status: 'SUCCESS',
        PhysicalResourceId: 'a-thing',
        StackId: request('Create').StackId,
        RequestId: 'unique id for this request',
        LogicalResourceId: 'MyTestResource',
      },
    });
    expect(answers[0]!.type ?? '').toBe('');
  });

  it('is told that it failed, and why, rather than left to wait', async () => {
    const handler = functionOf(async () => {
      throw new Error('the table is gone');
    });

    await invoke(handler, request('Create'));
    await invoke(handler, request('Update', { deployments: 7 }));

    expect(answers.map(({ body }) => body.Status)).toEqual(['FAILED', 'FAILED']);
    expect(answers[0]!.body.Reason).toContain('the table is gone');
    expect(answers[1]!.body.Reason).toContain('deployments');
    expect(answers.every(({ body }) => body.PhysicalResourceId === 'a-thing')).toBe(true);
  });

  it('is told in time when the work takes too long', async () => {
    const handler = functionOf(() => new Promise(() => {}));

    await invoke(handler, request('Create'), { remainingMs: 10_050 });

    expect(answers[0]!.body).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('longer') });
  });

  it('may remove the resource, which changes nothing', async () => {
    const handler = functionOf(async () => {
      throw new Error('never asked');
    });

    await invoke(handler, request('Delete'));

    expect(answers[0]!.body).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'a-thing' });
  });

  it('is told again when it did not hear, and the function fails when it never does', async () => {
    const handler = functionOf(async () => {});
    statuses = [500];
    await invoke(handler, request('Create'));
    expect(answers).toHaveLength(1);

    statuses = [500, 500, 500];
    await expect(invoke(handler, request('Create'))).rejects.toThrow('CloudFormation answered 500');
  });
});
