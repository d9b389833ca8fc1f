import { createHash } from 'node:crypto';
import type { Receipt } from '../../core/ports.ts';
import { type Client, parseProblem, refused } from './client.ts';
import type { Item } from './input/item.ts';

/** Events in one request; and bytes, below the 4 MiB that the server takes. */
export const BATCH = { items: 500, bytes: 3 * 1024 * 1024 };
const IN_FLIGHT = 4;

/** What became of events. */
export interface Sent {
  accepted: number;
  rejected: number;
  /** Of those accepted, how many the server had already. */
  known: number;
}

export interface SendOptions {
  client: Client;
  batches: AsyncIterable<readonly Item[]>;
  /** Events of any age: what an import is allowed. */
  isImport?: boolean;
  onProgress?: (sent: Readonly<Sent>) => void;
  /** Hears each event that was not taken. */
  onProblem: (line: number, message: string) => void;
  /** Hears what was taken and looks like a mistake. */
  onWarning?: (line: number, message: string) => void;
}

/**
 * Sends batches of events, a few on the way at once. The Idempotency-Key of a batch is made of its events and its place,
 * so sending the same file again, whole or after it was cut off, counts nothing twice.
 *
 * @throws Failure when the server is not there or refuses a batch for a reason other than its events
 */
export const sendItems = async ({ batches, ...options }: SendOptions): Promise<Sent> => {
  const sent: Sent = { accepted: 0, rejected: 0, known: 0 };
  const onWay = new Set<Promise<void>>();
  let failure: unknown;
  let first = 0;
  const send = async (batch: readonly Item[]) => {
    const place = first;
    first += batch.length;
    const work: Promise<void> = sendBatch(batch, place, options)
      .then(({ accepted, rejected, known }) => {
        sent.accepted += accepted;
        sent.rejected += rejected;
        sent.known += known;
        options.onProgress?.(sent);
      })
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => onWay.delete(work));
    onWay.add(work);
    if (onWay.size >= IN_FLIGHT || first === batch.length) await Promise.race(onWay); // the first one goes alone
    if (failure !== undefined) throw failure;
  };

  try {
    for await (const batch of batches) await send(batch);
  } finally {
    await Promise.all(onWay);
  }
  if (failure !== undefined) throw failure;
  return sent;
};

/** Events cut into batches, each full but the last. */
export async function* batchesOf(items: AsyncIterable<Item>): AsyncGenerator<Item[]> {
  let batch: Item[] = [];
  let bytes = 0;
  for await (const item of items) {
    const length = Buffer.byteLength(item.text) + 1;
    if (batch.length === BATCH.items || (batch.length > 0 && bytes + length > BATCH.bytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(item);
    bytes += length;
  }
  if (batch.length > 0) yield batch;
}

/** Sends one batch and answers what became of it. `place` is that of its first event in the file. */
export const sendBatch = async (
  batch: readonly Item[],
  place: number,
  { client, isImport = false, onProblem, onWarning }: Omit<SendOptions, 'batches' | 'onProgress'>,
): Promise<Sent> => {
  const body = batch.map(({ text }) => text).join('\n');
  const digest = createHash('sha256').update(`${isImport} ${place}\n`).update(body).digest('base64url');
  const response = await client.request('/v1/events', {
    method: 'POST',
    headers: {
      'content-type': 'application/x-ndjson',
      'idempotency-key': `file-${digest}`,
      ...(isImport && { 'modelmeter-import': 'true' }),
    },
    body,
  });
  const said = await response.clone().text();
  const { errors = [], warnings = [] } = parseProblem(said);
  const aboutEvents = (response.status === 400 && errors.length > 0) || (response.status === 413 && batch.length === 1);
  if (!response.ok && !aboutEvents) throw await refused(response);
  for (const { index = 0, path, message } of errors)
    onProblem(batch[index]?.line ?? batch[0]!.line, path ? `${path}: ${message}` : message);
  for (const { index = 0, path, message } of warnings)
    onWarning?.(batch[index]?.line ?? batch[0]!.line, `${path}: ${message}`);
  if (response.status === 413) onProblem(batch[0]!.line, 'larger than the server takes');
  if (!response.ok) return { accepted: 0, rejected: batch.length, known: 0 };
  const { accepted, rejected } = JSON.parse(said) as Receipt;
  return { accepted, rejected, known: response.headers.get('idempotent-replayed') === 'true' ? accepted : 0 };
};
