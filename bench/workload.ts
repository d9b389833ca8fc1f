import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { mulberry32, normal, zipf } from './chance.ts';

/**
 * The inference events that every system in a comparison receives: seeded, so that two runs with the same `endMs` send
 * the same bytes.
 */
export interface Workload {
  seed: number;
  /** How many events. */
  events: number;
  /** Epoch milliseconds; events fall in [startMs, endMs). */
  startMs: number;
  endMs: number;
  /** Events in one request body. The last body may hold fewer. */
  eventsPerBody: number;
  /** Order of the timestamps: rising as a live stream's, or random. */
  order: 'time' | 'shuffled';
}

export const DEPLOYMENTS = 40;
export const MODELS = 20;
export const TEAMS = 8;
export const CLIENTS = 1000;
const ERROR_RATIO = 0.01;
const ERROR_TYPES = ['rateLimit', 'modelError', 'validation'];

const padded = (index: number, width: number) => String(index).padStart(width, '0');

/** What a deployment fixes, as JSON text: its name and its one model, with names as long as real ones. */
const deployments = Array.from({ length: DEPLOYMENTS }, (_, index) => {
  const model = index % MODELS;
  const deployment = `assistant-eu-central-1-production-${padded(index, 2)}`;
  return {
    model,
    json: `"deployment":"${deployment}","model":"meta.llama3-3-70b-instruct-${padded(model, 2)}-v1:0"`,
  };
});

/** Timestamps in [startMs, endMs), uniform. */
const timestamps = (workload: Workload, random: () => number): Float64Array => {
  const { events, startMs, endMs, order } = workload;
  const times = new Float64Array(events);
  for (let i = 0; i < events; i++) times[i] = startMs + Math.floor(random() * (endMs - startMs));
  return order === 'time' ? times.sort() : times;
};

/** The request bodies in the order of sending: JSON arrays of events, about 300 bytes each. */
export function* bodies(workload: Workload): Generator<Buffer> {
  const random = mulberry32(workload.seed);
  const gauss = normal(random);
  const clientRank = zipf(CLIENTS, 1.1, random);
  const logNormal = (median: number, sigma: number) => median * Math.exp(sigma * gauss());
  const times = timestamps(workload, random);

  const event = (timestampMs: number): string => {
    const { model, json } = deployments[Math.floor(random() * DEPLOYMENTS)]!;
    const team = Math.floor(random() * TEAMS);
    const latencyMs = logNormal(300 + 40 * model, 0.7);
    const isError = random() < ERROR_RATIO;
    const status = isError
      ? `"status":"error","errorType":"${ERROR_TYPES[Math.floor(random() * ERROR_TYPES.length)]}"`
      : '"status":"ok"';
    return (
      `{"kind":"inference","timestamp":"${new Date(timestampMs).toISOString()}",${json},` +
      `"team":"team-${team}","client":"client-${padded(clientRank(), 4)}",` +
      `"latencyMs":${Number(latencyMs.toFixed(1))},${status},` +
      `"inputTokens":${Math.ceil(logNormal(600, 1))},"outputTokens":${Math.ceil(logNormal(150, 0.9))},` +
      `"timeToFirstTokenMs":${Number((latencyMs * (0.1 + 0.3 * random())).toFixed(1))}}`
    );
  };

  for (let first = 0; first < workload.events; first += workload.eventsPerBody) {
    const slice = times.subarray(first, Math.min(first + workload.eventsPerBody, workload.events));
    yield Buffer.from(`[${Array.from(slice, event).join(',')}]`);
  }
}

/** Writes the bodies to a file, each after its length as four bytes, so that no generating happens while time is taken. */
export const writeBodies = async (file: string, workload: Workload): Promise<{ bodies: number; bytes: number }> => {
  const out = createWriteStream(file);
  let count = 0;
  let bytes = 0;
  for (const body of bodies(workload)) {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(body.length);
    count++;
    bytes += body.length;
    if (!out.write(Buffer.concat([length, body]))) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
  return { bodies: count, bytes };
};

/** Every `of`-th body of the file, starting with number `part`: what one of `of` senders holds. */
export const readBodies = (file: string, { part, of }: { part: number; of: number }): Buffer[] => {
  const all = readFileSync(file);
  const mine: Buffer[] = [];
  for (let at = 0, index = 0; at < all.length; index++) {
    const length = all.readUInt32LE(at);
    if (index % of === part) mine.push(all.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return mine;
};
