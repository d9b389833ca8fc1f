import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { iamApi } from '../../adapters/aws/iamApi.ts';
import { type SignedRequest, signedFetch } from '../../adapters/aws/signedFetch.ts';
import { findMetric } from '../../core/metrics.ts';
import { decodeOtlpMetrics } from '../../core/telemetry/otlp/metrics.ts';
import { type HeartbeatApi, heartbeat } from '../../core/usecases/heartbeat.ts';
import { type Received, signatureIn, signatureOf } from './signature.ts';

const nowMs = Date.UTC(2026, 0, 31, 12);
const answering = (newestMs: number | null): unknown => ({
  series: [{ labels: {}, stat: 'max', points: [[0, newestMs === null ? null : newestMs / 1000]] }],
});
const anApi = (answer: unknown, send: HeartbeatApi['sendMetrics'] = async () => {}): HeartbeatApi => ({
  sendMetrics: send,
  query: async () => answer,
});

describe('the heart', () => {
  it('sends a point that the door takes, of a metric that the catalogue knows', async () => {
    const sent: object[] = [];
    await heartbeat(anApi(answering(nowMs), async (body) => void sent.push(body)))(nowMs);

    const options = { nowMs, maxAgeMs: 60_000, maxAheadMs: 0, keepContent: false };
    const { content } = decodeOtlpMetrics(Buffer.from(JSON.stringify(sent[0])), 'json', options);
    expect(content.samples).toMatchObject([{ metric: 'modelmeter.heartbeat', kind: 'gauge', value: nowMs / 1000 }]);
    expect(findMetric('modelmeter.heartbeat')).toMatchObject({ unit: 's', defaultStat: 'max' });
  });

  it('is as old as the newest point that came out at the end', async () => {
    expect(await heartbeat(anApi(answering(nowMs - 301_000)))(nowMs)).toEqual({ ageS: 301 });
  });

  it('is two hours old when none came out in that time', async () => {
    for (const answer of [answering(null), { series: [] }])
      expect(await heartbeat(anApi(answer))(nowMs)).toEqual({ ageS: 7200 });
  });

  it('has an age although it cannot be sent, and says why it cannot', async () => {
    const api = anApi(answering(nowMs - 60_000), async () => {
      throw new Error('503');
    });

    expect(await heartbeat(api)(nowMs)).toEqual({ ageS: 60, sendError: new Error('503') });
  });

  it('fails when nobody answers', async () => {
    const api = anApi({ error: 'x' });

    await expect(heartbeat(api)(nowMs)).rejects.toThrow();
  });
});

describe('the API for callers who sign', () => {
  const recorded = (status: number, body: string) => {
    const requests: SignedRequest[] = [];
    const fetch = async (request: SignedRequest) => {
      requests.push(request);
      return new Response(body, { status });
    };
    return { requests, api: iamApi({ fetch, url: 'https://api.example' }) };
  };

  it('is asked below /iam', async () => {
    const { requests, api } = recorded(200, '{}');

    await api.sendMetrics({ resourceMetrics: [] });
    await api.query({ metric: 'a b', from: '1' });

    expect(requests).toEqual([
      {
        method: 'POST',
        url: 'https://api.example/iam/v1/metrics',
        headers: { 'content-type': 'application/json' },
        body: '{"resourceMetrics":[]}',
      },
      { method: 'GET', url: 'https://api.example/iam/v1/query?metric=a+b&from=1' },
    ]);
  });

  it('that refuses is an error that says what it said', async () => {
    const { api } = recorded(403, '{"message":"Forbidden"}');

    await expect(api.query({})).rejects.toThrow('GET /iam/v1/query answered 403: {"message":"Forbidden"}');
  });
});

describe('a signed request', () => {
  let url: string;
  let received: Received[];
  let server: Server;
  beforeAll(async () => {
    received = [];
    server = createServer(async (request, response) => {
      received.push({
        method: request.method!,
        url: request.url!,
        headers: request.headers,
        body: await text(request),
      });
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('carries the signature that AWS would compute of what arrives', async () => {
    const credentials = async () => ({ accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: 'token' });
    const fetch = signedFetch({ service: 'execute-api', region: 'eu-central-1', credentials });

    await fetch({ method: 'GET', url: `${url}/iam/v1/query?metric=a%3Ab&from=1&filter=x+y&filter=a%2Bb` });
    await fetch({
      method: 'POST',
      url: `${url}/iam/v1/metrics`,
      headers: { 'content-type': 'application/json' },
      body: '{"ü":1}',
    });

    expect(received).toHaveLength(2);
    for (const request of received) {
      expect(request.headers['x-amz-security-token']).toBe('token');
      expect(signatureIn(request)).toBe(signatureOf(request, { secret: 'secret' }));
    }
  });

  it('is checked here as AWS does in its own example', () => {
    // get-vanilla-query-order-key-case of the test suite for Signature Version 4.
    const request: Received = {
      method: 'GET',
      url: '/?Param2=value2&Param1=value1',
      headers: {
        host: 'example.amazonaws.com',
        'x-amz-date': '20150830T123600Z',
        authorization:
          'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, ' +
          'Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
      },
      body: '',
    };

    expect(signatureOf(request, { secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' })).toBe(signatureIn(request));
  });
});
