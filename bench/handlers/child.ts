import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { instantAws } from './instantAws.ts';

/**
 * A cold start in a process of its own: loads a bundle as Lambda does, and invokes it with the events of a file, one
 * after the other. Prints what each took, as JSON.
 */
const [file, eventsFile] = process.argv.slice(2) as [string, string | undefined];
const events: unknown[] = eventsFile === undefined ? [] : JSON.parse(readFileSync(eventsFile, 'utf8'));
instantAws();
// Lambda's own runtime has these loaded before it loads a function.
for (const name of ['node:http', 'node:https']) createRequire(import.meta.url)(name);
process.stdout.write = () => true; // its logs

interface Took {
  ms: number;
  /** Of the whole process: the compiler and the collector of garbage have threads of their own. */
  cpuMs: number;
  /** Of the thread that answers alone. */
  threadCpuMs: number;
}

const sum = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000;

const timed = async <T>(work: () => Promise<T>): Promise<Took & { result: T }> => {
  const cpu = process.cpuUsage();
  const threadCpu = process.threadCpuUsage();
  const startMs = performance.now();
  const result = await work();
  const ms = performance.now() - startMs;
  return { ms, cpuMs: sum(process.cpuUsage(cpu)), threadCpuMs: sum(process.threadCpuUsage(threadCpu)), result };
};

/** What a start leaves to do for the time until the first event belongs to the start. */
const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise((done) => setImmediate(done));
};

const { result, ...init } = await timed(async () => {
  const loaded = await import(file);
  await settled();
  return loaded;
});
const { handler } = result.default ?? result;
const calls: Took[] = [];
let last: unknown;
for (const [i, event] of events.entries()) {
  const context = { awsRequestId: `request-${i}`, functionName: 'bench', getRemainingTimeInMillis: () => 29_000 };
  const { result: answer, ...took } = await timed(() => handler(event, context));
  calls.push(took);
  last = answer;
}
process.stderr.write(JSON.stringify({ init, calls, last }));
process.exit(0);
