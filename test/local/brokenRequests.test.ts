import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startProduct } from '../clients/product.ts';

let product: Awaited<ReturnType<typeof startProduct>>;
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());

/** What the server says to bytes. */
const told = (bytes: string) =>
  new Promise<string>((resolve, reject) => {
    const { hostname, port } = new URL(product.url);
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('data', (data) => {
      text += data;
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });

it.each([
  ['what is no HTTP', 'hello\r\n\r\n', 400],
  ['a head that is too large', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(64 * 1024)}\r\n\r\n`, 431],
])('tells %s as a problem', async (_, bytes, status) => {
  const [head, body] = (await told(bytes)).split('\r\n\r\n');

  expect(head).toContain(`HTTP/1.1 ${status} `);
  expect(head).toContain('application/problem+json');
  expect(JSON.parse(body!)).toMatchObject({ status });
});
