import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

export const ENTRY = join(import.meta.dirname, '../../bin/modelmeter.ts');

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Only what a command is told: not the settings of whoever runs the tests. */
const cleanEnv = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(MODELMETER_|PORT$|HOST$|NODE_OPTIONS$)/.test(name)),
  );

export const start = (args: readonly string[], env: Record<string, string> = {}, nodeArgs: readonly string[] = []) =>
  spawn(process.execPath, [...nodeArgs, ENTRY, ...args], { env: { ...cleanEnv(), ...env } });

/** Runs the command line as a person would. */
export const run = async (
  args: readonly string[],
  { env = {}, input = '', nodeArgs = [] }: { env?: Record<string, string>; input?: string; nodeArgs?: string[] } = {},
): Promise<Outcome> => {
  const child = start(args, env, nodeArgs);
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code, stdout, stderr };
};

export interface Recorded {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

interface Answer {
  status: number;
  headers?: Record<string, string>;
  body: unknown;
}

/** Everything is accepted. */
export const acceptAll = ({ body }: Recorded): Answer => {
  const accepted = body.split('\n').length;
  return { status: 202, body: { batchId: 'b', accepted, rejected: 0, errors: [] } };
};

/** A server that records what it is sent and answers as told. */
export const recordingServer = async (answer: (request: Recorded, before: number) => Answer = acceptAll) => {
  const requests: Recorded[] = [];
  const server = createServer(async (request, response) => {
    const recorded = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: await text(request),
    };
    const { status, headers, body } = answer(recorded, requests.length);
    requests.push(recorded);
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    requests,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** All events that came, in no particular order of requests. */
    events: () => requests.flatMap(({ body }) => body.split('\n').map((line) => JSON.parse(line))),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
