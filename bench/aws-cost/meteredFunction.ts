import { Worker } from 'node:worker_threads';
import { addUnits, type Units } from '../../adapters/cli/estimate/prices.ts';
import { Config } from '../../core/config.ts';
import { FUNCTIONS, type FunctionName, isTraced } from '../../lib/functions.ts';
import { type Backends, type Call, FASTER, meter } from './meter.ts';

/** A core's worth of CPU comes with so much memory; less memory is so much slower. */
const MB_PER_CORE = 1769;
/** Lambda ends an environment that had nothing to do for about so long; the next call loads the function anew, which is paid for. */
const IDLE_ENDS_MS = 10 * 60_000;
/** DynamoDB and S3 keep a decrypted key for each caller while it is used, and ask KMS again after so long without. */
const KEY_KEPT_MS = 5 * 60_000;
/** Lambda traces the first invocation of each second, and so much of the others. */
const FURTHER_TRACED = 0.05;
const GB = 1e9;

interface Done {
  result?: unknown;
  error?: string;
  cpuMs: number;
  logBytes: number;
}

/** A function of the application, run as its bundle, with all that it causes to be billed counted. */
export interface MeteredFunction {
  /** @param nowMs what its clock says, epoch milliseconds */
  invoke(event: unknown, nowMs: number): Promise<unknown>;
  /** It kept waiting for so long, milliseconds, for something that is no call to AWS's services. */
  waitedFor(ms: number): void;
  /** All that was counted so far, how often it ran, how long for the bill, and how much of it was CPU of this machine. */
  total(): { units: Units; invocations: number; billedMs: number; cpuMs: number };
  close(): Promise<void>;
}

export const meteredFunction = async (of: {
  name: FunctionName;
  file: string;
  backends: Backends;
  environment: Record<string, string>;
}): Promise<MeteredFunction> => {
  const { memoryMb } = FUNCTIONS[of.name];
  const traced = isTraced(of.name, Config.parse({}).aws);
  const slower = Math.max(1, MB_PER_CORE / memoryMb);
  const aws = await meter(of.backends);
  const worker = new Worker(new URL('./functionThread.ts', import.meta.url), {
    workerData: { file: of.file, functionName: of.name },
    env: { ...of.environment, AWS_ENDPOINT_URL: aws.endpoint, AWS_LAMBDA_FUNCTION_NAME: of.name },
  });
  const { initCpuMs } = await answerOf<{ initCpuMs: number }>(worker);
  let units: Units = {};
  let invocations = 0;
  let billedMs = 0;
  let cpuMs = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  let lastSecond = Number.NaN;
  const keyUsed = new Map<string, number>();

  return {
    async invoke(event, nowMs) {
      aws.take();
      worker.postMessage({ event, nowMs });
      const done = await answerOf<Done>(worker);
      if (done.error) throw new Error(`${of.name}: ${done.error}`);
      const called = aws.take();
      const initMs = nowMs - lastMs > IDLE_ENDS_MS ? initCpuMs * slower : 0;
      const ms = Math.ceil(initMs + done.cpuMs * slower + waitedMs(called.calls));
      const asked = [...called.touched].filter((what) => nowMs - (keyUsed.get(what) ?? -Infinity) > KEY_KEPT_MS);
      for (const what of called.touched) keyUsed.set(what, nowMs);
      lastMs = nowMs;
      invocations++;
      const second = Math.floor(nowMs / 1000);
      const isFirstOfSecond = second !== lastSecond;
      lastSecond = second;
      billedMs += ms;
      cpuMs += done.cpuMs;
      const own = {
        lambdaRequest: 1,
        lambdaGbSecond: (memoryMb / 1024) * (ms / 1000),
        logGb: done.logBytes / GB,
        xrayTrace: traced ? (isFirstOfSecond ? 1 : FURTHER_TRACED) : 0,
        kmsRequest: asked.length,
      };
      units = addUnits(units, addUnits(own, called.units));
      return done.result;
    },
    waitedFor(ms) {
      billedMs += ms;
      units = addUnits(units, { lambdaGbSecond: (memoryMb / 1024) * (ms / 1000) });
    },
    total: () => ({ units, invocations, billedMs, cpuMs }),
    async close() {
      aws.close();
      await worker.terminate();
    },
  };
};

/** How long these calls would have kept a function waiting: while any was under way. */
const waitedMs = (calls: readonly Call[]): number => {
  let waited = 0;
  let untilMs = Number.NEGATIVE_INFINITY;
  for (const { startMs, endMs } of [...calls].sort((a, b) => a.startMs - b.startMs)) {
    waited += Math.max(0, endMs - Math.max(startMs, untilMs));
    untilMs = Math.max(untilMs, endMs);
  }
  return waited * FASTER;
};

const answerOf = <T>(worker: Worker): Promise<T> =>
  new Promise((resolve, reject) => {
    const settle = (work: () => void) => {
      worker.off('message', onMessage).off('error', onError);
      work();
    };
    const onMessage = (message: T) => settle(() => resolve(message));
    const onError = (error: unknown) => settle(() => reject(error));
    worker.on('message', onMessage).on('error', onError);
  });
