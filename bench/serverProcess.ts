import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server that runs in a process of its own. */
export interface ServerProcess {
  /** Base URL, without a slash at the end. */
  url: string;
  pid: number;
  /** Everything it has printed so far. */
  output: () => string;
  hasEnded: () => boolean;
  /** Sends the signal and resolves when the process has ended. */
  end: (signal: 'SIGTERM' | 'SIGKILL') => Promise<void>;
}

export interface ServerCommand {
  /** The script and its arguments; it is run by this same Node. */
  args: readonly string[];
  nodeArgs?: readonly string[];
  env: Record<string, string>;
  port: number;
  /** How long it may take to answer `GET /healthz`, milliseconds. */
  startTimeoutMs?: number;
}

/** A TCP port of the loopback that nobody listens on now. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
};

const isReady = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(`${url}/healthz`);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
};

/** The process and its output, without waiting for it to be ready. */
export const spawnServer = (command: ServerCommand): ServerProcess => {
  const child = spawn(process.execPath, [...(command.nodeArgs ?? []), ...command.args], {
    env: { ...process.env, ...command.env, PORT: String(command.port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => {
      output += part.toString();
    });
  const ended = once(child, 'exit');
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  return {
    url: `http://127.0.0.1:${command.port}`,
    pid: child.pid!,
    output: () => output,
    hasEnded,
    async end(signal) {
      if (!hasEnded()) child.kill(signal);
      await ended;
    },
  };
};

/** Resolves when the server answers; throws with its output when it ends or does not answer in time. */
export const untilReady = async (server: ServerProcess, timeoutMs: number): Promise<ServerProcess> => {
  const giveUpAt = performance.now() + timeoutMs;
  while (performance.now() < giveUpAt) {
    if (server.hasEnded()) throw new Error(`the server ended before it answered:\n${server.output()}`);
    if (await isReady(server.url)) return server;
    await sleep(25);
  }
  await server.end('SIGKILL');
  throw new Error(`the server did not answer within ${timeoutMs} ms:\n${server.output()}`);
};

export const startServer = (command: ServerCommand): Promise<ServerProcess> =>
  untilReady(spawnServer(command), command.startTimeoutMs ?? 30_000);
