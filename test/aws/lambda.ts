import { Worker } from 'node:worker_threads';

/** A function as it would run in AWS: its bundle in a thread of its own, with its own environment variables. */
export interface Lambda {
  /** The handler's result; one event after the other, as in AWS. Rejects with what it threw, or when it was killed meanwhile. */
  invoke(event: unknown): Promise<unknown>;
  /** Ends the thread at once, whatever it is doing; the next `invoke` starts another, cold one. */
  kill(): Promise<void>;
}

/** @param file the bundle; `env` all that its process sees, as AWS's own variables are added here */
export const lambda = (of: { name: string; file: string; env: Record<string, string>; timeoutMs?: number }): Lambda => {
  let worker: Worker | undefined;
  let ready: Promise<void> | undefined;
  const start = () => {
    const thread = new Worker(new URL('./lambdaThread.ts', import.meta.url), {
      workerData: { file: of.file, functionName: of.name, timeoutMs: of.timeoutMs ?? 60_000 },
      env: { AWS_LAMBDA_FUNCTION_NAME: of.name, POWERTOOLS_DEV: 'false', ...of.env },
      stdout: true,
    });
    thread.stdout.resume(); // what it logs is not ours to show
    worker = thread;
    ready = answerOf(thread).then(() => undefined);
    ready.catch(() => {}); // it is awaited when an event comes; until then a failure must not count as unhandled
  };

  const run = async (event: unknown): Promise<unknown> => {
    if (worker === undefined) start();
    const thread = worker!;
    await ready;
    const answer = answerOf(thread);
    thread.postMessage({ event });
    return answer;
  };
  let turn: Promise<unknown> = Promise.resolve();

  return {
    invoke(event) {
      const answer = turn.then(() => run(event));
      turn = answer.catch(() => undefined);
      return answer;
    },
    async kill() {
      const thread = worker;
      worker = undefined;
      await thread?.terminate();
    },
  };
};

const answerOf = (thread: Worker) =>
  new Promise<unknown>((resolve, reject) => {
    const settle = (work: () => void) => {
      thread.off('message', onMessage);
      thread.off('exit', onExit);
      thread.off('error', onError);
      work();
    };
    const onMessage = (message: { result?: unknown; error?: string }) =>
      settle(() => (message.error === undefined ? resolve(message.result) : reject(new Error(message.error))));
    const onExit = () => settle(() => reject(new Error('killed')));
    const onError = (error: unknown) => settle(() => reject(error));
    thread.on('message', onMessage);
    thread.on('exit', onExit);
    thread.on('error', onError);
  });
