import { connect } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JSON_TYPE, type StartServer, type TestServer } from './testServer.ts';

/** How events are taken in, by every door. */
export const eventsContract = (start: StartServer) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.stop());

  const anEvent = (more: object = {}) => ({ kind: 'inference', deployment: 'd', latencyMs: 5, status: 'ok', ...more });
  const send = (body: string | object, headers: Record<string, string> = {}) =>
    server.post('/v1/events', typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body), {
      ...JSON_TYPE,
      ...headers,
    });
  const sent = async (
    body: string | object,
    headers: Record<string, string> = {},
  ): Promise<Record<string, unknown>> => {
    const response = await send(body, headers);
    return { status: response.status, ...((await response.json()) as Record<string, unknown>) };
  };
  const MIB = 1024 * 1024;

  describe('POST /v1/events', () => {
    it('answers 202 with what was kept and what was not', async () => {
      const answer = await sent([anEvent({ requestId: 'r' }), anEvent({ latencyMs: 'x' })]);

      expect(answer).toEqual({
        status: 202,
        batchId: expect.any(String),
        accepted: 1,
        rejected: 1,
        errors: [{ index: 1, path: '/latencyMs', message: 'expected a finite number, got "x"' }],
        warnings: [{ index: 0, path: '/requestId', message: expect.stringContaining('kept in attributes') }],
      });
      const kept = (await server.log.unrolled(1000)).find(({ id }) => id === answer.batchId)!;
      expect(kept.content.events).toMatchObject([{ deployment: 'd', attributes: { requestId: 'r' } }]);
    });

    it('takes gzip, deflate, NDJSON and a byte order mark', async () => {
      const line = JSON.stringify(anEvent());
      const lines = `${line}\n${line}\n`;

      expect(await sent(gzipSync(line), { 'Content-Encoding': 'gzip' })).toMatchObject({ accepted: 1 });
      expect(await sent(deflateSync(line), { 'Content-Encoding': 'deflate' })).toMatchObject({ accepted: 1 });
      expect(await sent(lines, { 'Content-Type': 'application/x-ndjson' })).toMatchObject({ accepted: 2 });
      expect(await sent(`\ufeff${line}`)).toMatchObject({ accepted: 1 });
    });

    it('takes a body sent in chunks of unknown length', async () => {
      const text = JSON.stringify(anEvent());
      const stream = new Blob([text.slice(0, 10), text.slice(10)]).stream();

      const response = await fetch(`${server.url}/v1/events`, {
        method: 'POST',
        body: stream,
        headers: JSON_TYPE,
        duplex: 'half',
      } as RequestInit);

      expect(response.status).toBe(202);
    });

    it.each([
      ['broken JSON', '{"kind":', 'line 1, column 9'],
      ['an empty body', '', 'the body is empty'],
      ['no event', '[]', 'there is no event'],
      ['NaN', '{"kind":"inference","latencyMs":NaN}', 'expected a value'],
      ['a duplicate key', '{"kind":"inference","kind":"outcome"}', 'nothing was accepted'],
      [
        'a number beyond all',
        '{"kind":"inference","deployment":"d","status":"ok","latencyMs":1e999}',
        'nothing was accepted',
      ],
    ])('answers 400 to %s', async (_, body, detail) => {
      const response = await send(body);
      const problem = await response.json();

      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(problem).toMatchObject({ status: 400, type: 'urn:modelmeter:error:invalidInput' });
      expect((problem as { detail: string }).detail).toContain(detail);
    });

    it('names the fields when all is wrong, a hundred of them at most', async () => {
      const answer = (await sent(Array(150).fill({ kind: 'inference' }))) as {
        errors?: unknown[];
        errorCount?: number;
      };

      expect(answer).toMatchObject({ status: 400, errorCount: 300, detail: expect.stringContaining('all 150 items') });
      expect(answer.errors).toHaveLength(100);
      expect(answer.errors!.slice(6, 8)).toMatchObject([
        { index: 3, path: '/deployment' },
        { index: 3, path: '/status' },
      ]);
    });

    it('answers 400 to what is not UTF-8 or not gzip', async () => {
      expect(await sent(new Uint8Array([0x22, 0xff, 0x22]))).toMatchObject({
        status: 400,
        detail: 'the body is not UTF-8',
      });
      expect(await sent('plain', { 'Content-Encoding': 'gzip' })).toMatchObject({ status: 400 });
      const cut = gzipSync(JSON.stringify(anEvent())).subarray(0, 30);
      expect(await sent(cut, { 'Content-Encoding': 'gzip' })).toMatchObject({ status: 400 });
    });

    it.each(['application/x-www-form-urlencoded', 'text/plain;charset=UTF-8'])(
      'takes JSON that is called %s, as curl -d and fetch do by themselves, but from no page of another site',
      async (type) => {
        const fromPage = { 'Content-Type': type, Origin: 'https://elsewhere.example' };

        expect(await sent(anEvent(), { 'Content-Type': type })).toMatchObject({ status: 202, accepted: 1 });
        expect(await sent('kind=inference', { 'Content-Type': type })).toMatchObject({ status: 400 });
        expect(await sent(anEvent(), fromPage)).toMatchObject({ status: 403 });
      },
    );

    it('answers 415 to other types and encodings, with those it takes', async () => {
      expect(await sent('<x/>', { 'Content-Type': 'application/xml' })).toMatchObject({
        status: 415,
        detail: expect.stringContaining('application/json'),
      });
      expect(await sent('{}', { 'Content-Encoding': 'br' })).toMatchObject({
        status: 415,
        detail: expect.stringContaining('gzip'),
      });
    });

    it('answers 413 to a body that is too large, declared, chunked or inflated', async () => {
      expect(await sent(new Uint8Array(4 * MIB + 1))).toMatchObject({ status: 413 });
      const bomb = gzipSync(Buffer.alloc(33 * MIB, 32));
      expect(bomb.length).toBeLessThan(MIB);
      expect(await sent(bomb, { 'Content-Encoding': 'gzip' })).toMatchObject({ status: 413 });
      expect(await sent(Array(10_001).fill(0))).toMatchObject({ status: 413 });

      const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(MIB)) });
      const init = { method: 'POST', body: endless, headers: JSON_TYPE, duplex: 'half' } as RequestInit;
      const status = await fetch(`${server.url}/v1/events`, init).then(
        (response) => response.status,
        () => 'cut off',
      );
      expect([413, 'cut off']).toContain(status);
    });

    it('takes no parameters, and says so', async () => {
      const response = await server.post('/v1/events?dryRun=1', JSON.stringify(anEvent()), JSON_TYPE);

      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ errors: [{ path: 'dryRun' }] });
    });

    it('goes on after a client that hangs up in the middle', async () => {
      await new Promise<void>((resolve) => {
        const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => {
          socket.write('POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n[');
          setTimeout(() => socket.destroy(), 20);
        }).once('close', () => resolve());
      });

      expect(await sent(anEvent())).toMatchObject({ status: 202 });
      expect(server.logged).toEqual([]);
    });
  });

  describe('a retry', () => {
    const timestamp = Date.now();
    const kept = async () => (await server.log.unrolled(10_000)).length;

    it('with the same key is told the same, and that it is one, and counted once', async () => {
      const headers = { 'Idempotency-Key': 'k1' };
      const first = await sent([anEvent(), {}], headers);
      const before = await kept();

      const again = await server.post('/v1/events', JSON.stringify([anEvent(), {}]), {
        'content-type': 'application/json',
        ...headers,
      });
      expect({ status: again.status, ...((await again.json()) as object) }).toEqual(first);
      expect(again.headers.get('Idempotent-Replayed')).toBe('true');
      expect(await kept()).toBe(before);
    });

    it('with the same key and another body is a 422', async () => {
      await sent(anEvent(), { 'Idempotency-Key': 'k2' });

      expect(await sent(anEvent({ latencyMs: 6 }), { 'Idempotency-Key': 'k2' })).toMatchObject({
        status: 422,
        type: 'urn:modelmeter:error:keyReused',
      });
    });

    it('without a key is known by its body when events have times or ids of their own, however it was compressed', async () => {
      const body = JSON.stringify([anEvent({ timestamp }), anEvent({ id: 'i' })]);

      const plain = await sent(body);
      const packed = await sent(gzipSync(body), { 'Content-Encoding': 'gzip' });

      expect(packed.batchId).toBe(plain.batchId);
    });

    it('is not what two equal events without times are', async () => {
      expect((await sent(anEvent())).batchId).not.toBe((await sent(anEvent())).batchId);
    });

    it('needs a key of a sensible length', async () => {
      expect(await sent(anEvent(), { 'Idempotency-Key': 'k'.repeat(256) })).toMatchObject({ status: 400 });
      expect(await sent(anEvent(), { 'Idempotency-Key': 'k'.repeat(255) })).toMatchObject({ status: 202 });
    });
  });
};
