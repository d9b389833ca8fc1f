import { parentPort, workerData } from 'node:worker_threads';

/**
 * A function's execution environment: loads its bundle once, then runs its handler for each event, at the time that it is
 * told: the clock of this thread says what the account's day says, not what the machine's does.
 */

const { file, functionName } = workerData as { file: string; functionName: string };
const RealDate = Date;
let offsetMs = 0;
globalThis.Date = class extends RealDate {
  constructor(...args: [] | [number]) {
    if (args.length === 0) super(RealDate.now() + offsetMs);
    else super(...(args as [number]));
  }
  static override now() {
    return RealDate.now() + offsetMs;
  }
} as DateConstructor;

let logBytes = 0;
/** What CloudWatch adds to each line that it is sent. */
const BYTES_PER_LINE = 26;
process.stdout.write = (text: string | Uint8Array) => {
  logBytes += Buffer.byteLength(text) + BYTES_PER_LINE;
  return true;
};

const cpuMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

const loaded = await import(file);
const { handler } = loaded.default ?? loaded;
parentPort!.postMessage({ initCpuMs: cpuMs() });

parentPort!.on('message', async ({ event, nowMs }: { event: unknown; nowMs: number }) => {
  offsetMs = nowMs - RealDate.now();
  logBytes = 0;
  const [startMs, startCpuMs] = [performance.now(), cpuMs()];
  const context = {
    awsRequestId: crypto.randomUUID(),
    functionName,
    getRemainingTimeInMillis: () => 600_000 - (performance.now() - startMs),
  };
  try {
    const result = await handler(event, context);
    parentPort!.postMessage({ result, cpuMs: cpuMs() - startCpuMs, logBytes });
  } catch (error) {
    parentPort!.postMessage({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
