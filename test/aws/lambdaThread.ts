import { parentPort, workerData } from 'node:worker_threads';

/** A Lambda's execution environment: loads a bundle once, then runs its handler for each event it is sent. */

const { file, functionName, timeoutMs } = workerData as { file: string; functionName: string; timeoutMs: number };
const loaded = await import(file);
const { handler } = loaded.default ?? loaded;

let requests = 0;
parentPort!.on('message', async ({ event }: { event: unknown }) => {
  const startedMs = Date.now();
  const context = {
    awsRequestId: `00000000-0000-4000-8000-${String(++requests).padStart(12, '0')}`,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:eu-central-1:123456789012:function:${functionName}`,
    memoryLimitInMB: '512',
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: '2026/01/01/[$LATEST]0',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => timeoutMs - (Date.now() - startedMs),
  };
  try {
    parentPort!.postMessage({ result: await handler(event, context) });
  } catch (error) {
    parentPort!.postMessage({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
parentPort!.postMessage({ ready: true });
