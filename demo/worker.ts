import { parentPort, workerData } from 'node:worker_threads';
import { type DemoOptions, runDemo } from './demo.ts';

/** The thread behind `startDemo`: tells its parent the news, stops at its word. */
const parent = parentPort;
if (!parent) throw new Error('demo/worker.ts is started by demo/start.ts only');
const stop = new AbortController();
parent.once('message', () => stop.abort());
await runDemo({ ...(workerData as DemoOptions), tell: (news) => parent.postMessage(news), signal: stop.signal });
parent.close();
