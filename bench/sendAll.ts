import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { SenderResult } from './sender.ts';

/** What all senders together measured. */
export interface SendReport {
  acknowledged: number;
  refusals: number;
  /** From the first request's start to the last answer. */
  durationMs: number;
  /** Epoch milliseconds of the last answer. */
  lastMs: number;
  eventsPerS: number;
  requestP50Ms: number;
  requestP99Ms: number;
}

const answerOf = async <T>(sender: ChildProcess): Promise<T> => {
  const failed = once(sender, 'exit').then(([code]) => {
    throw new Error(`a sender ended with ${code}`);
  });
  const [message] = await Promise.race([once(sender, 'message'), failed]);
  return message as T;
};

/** The value below which a fraction `q` of the numbers lies; sorts a copy. */
export const rank = (numbers: readonly number[], q: number): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
};

export const median = (numbers: readonly number[]): number => rank(numbers, 0.5);

/** Sends a file of bodies to `url` from several processes at once. They hold their bodies before the first request goes. */
export const sendAll = async (options: { url: string; file: string; senders: number }): Promise<SendReport> => {
  const senders = Array.from({ length: options.senders }, () => fork(new URL('./sender.ts', import.meta.url)));
  try {
    const ready = senders.map((sender, part) => {
      sender.send({ job: { file: options.file, part, of: options.senders } });
      return answerOf(sender);
    });
    await Promise.all(ready);
    const results = await Promise.all(
      senders.map((sender) => {
        sender.send({ go: options.url });
        return answerOf<SenderResult>(sender);
      }),
    );
    const acknowledged = results.reduce((sum, result) => sum + result.acknowledged, 0);
    const lastMs = Math.max(...results.map((result) => result.lastMs));
    const durationMs = lastMs - Math.min(...results.map((result) => result.firstMs));
    const requestMs = results.flatMap((result) => result.requestMs);
    return {
      acknowledged,
      refusals: results.reduce((sum, result) => sum + result.refusals, 0),
      durationMs,
      lastMs,
      eventsPerS: (acknowledged / durationMs) * 1000,
      requestP50Ms: rank(requestMs, 0.5),
      requestP99Ms: rank(requestMs, 0.99),
    };
  } finally {
    for (const sender of senders) sender.kill();
  }
};
