import { createServer, type IncomingMessage, request as requestTo } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What happens to a call that is chosen to fail: it never arrives, or it is done and its answer is lost. */
export type Fault = 'lost' | 'unanswered';

/**
 * Stands between a program and AWS's stand-in, and breaks calls as networks do: the connection is cut before the call is
 * passed on, or after it was done.
 */
export const faultyProxy = async (target: string) => {
  let calls = 0;
  let plan: { at: number; fault: Fault; then?: () => void } | undefined;
  const server = createServer(async (incoming, outgoing) => {
    calls++;
    const isChosen = plan !== undefined && calls === plan.at;
    const fault = isChosen ? plan!.fault : undefined;
    const then = isChosen ? plan!.then : undefined;
    const body = await buffer(incoming).catch(() => undefined);
    if (body === undefined) return;
    if (fault !== 'lost') {
      const answer = await passOn(target, incoming, body);
      if (fault === undefined) {
        outgoing.writeHead(answer.status, answer.headers).end(answer.body);
        return;
      }
    }
    then?.();
    incoming.socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Breaks the `at`-th call from now on, counted from 1; `then` runs when it happens. */
    breakAt(at: number, fault: Fault, then?: () => void) {
      plan = { at: calls + at, fault, ...(then && { then }) };
    },
    /** Breaks none from now on; answers whether the one that was planned came. */
    heal(): boolean {
      const hasHappened = plan !== undefined && calls >= plan.at;
      plan = undefined;
      return hasHappened;
    },
    calls: () => calls,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const passOn = (target: string, { method, url, headers }: IncomingMessage, body: Buffer) =>
  new Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }>((resolve, reject) => {
    const { hostname, port } = new URL(target);
    const onward = requestTo({ hostname, port, path: url, method, headers }, async (answer) => {
      resolve({ status: answer.statusCode!, headers: answer.headers, body: await buffer(answer) });
    });
    onward.on('error', reject);
    onward.end(body);
  });
