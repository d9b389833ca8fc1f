import type { BatchLog, Principal } from '../ports.ts';
import { inferenceOfLog } from '../sources/bedrockLogs/inference.ts';
import { BedrockLogRecord } from '../sources/bedrockLogs/record.ts';
import { eventsThroughDoor } from '../sources/door.ts';
import type { DoorOptions } from '../telemetry/decoded.ts';
import { ingest } from './ingest.ts';

interface Ports {
  log: Pick<BatchLog, 'append'>;
  /** The same hexadecimal text for the same text, another for any other. */
  hash: (text: string) => string;
}

/** Log events of one delivery; a delivery that is repeated has the same ones. */
export interface LogDelivery {
  logGroup: string;
  events: readonly { id: string; message: string }[];
}

/** What became of a delivery. `ignored` were no records of calls; `problems` says what is wrong with those rejected. */
export interface LogReport {
  accepted: number;
  rejected: number;
  ignored: number;
  isDuplicate: boolean;
  problems: string[];
}

const READER: Principal = { id: 'source:bedrock-logs', roles: ['writer'], teams: [] };
/** Problems that are told of one delivery. */
const MAX_PROBLEMS = 5;

/**
 * Takes records of Bedrock's model-invocation logging in as inference events; their texts only where `keepContent` is set. A
 * record that is wrong is counted and told, and those beside it are kept: sending it again would not make it right.
 *
 * @throws AppError storageFull, storageFailed from the log
 */
export const takeBedrockLogs =
  ({ log, hash }: Ports) =>
  async ({ logGroup, events }: LogDelivery, door: DoorOptions): Promise<LogReport> => {
    const problems: string[] = [];
    let ignored = 0;
    const items = events.flatMap(({ id, message }) => {
      const value = parsed(message);
      if (!isCall(value)) {
        ignored++;
        return [];
      }
      const record = BedrockLogRecord.safeParse(value);
      if (record.success) return [inferenceOfLog(record.data, door)];
      problems.push(
        `${id}: ${record.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`,
      );
      return [];
    });
    const unread = problems.length;
    const decoded = eventsThroughDoor(items, door);
    problems.push(...decoded.rejected.map(({ path, message }) => `${path}: ${message}`));
    const report = {
      rejected: unread + items.length - decoded.accepted,
      ignored,
      problems: problems.slice(0, MAX_PROBLEMS),
    };
    if (decoded.accepted === 0) return { ...report, accepted: 0, isDuplicate: false };

    const id = hash(JSON.stringify(['bedrock-logs', logGroup, events.map((event) => event.id)]));
    const receipt = await ingest({ log })(READER, { decoded, receivedAt: door.nowMs, id, fingerprint: id });
    return { ...report, accepted: receipt.accepted, isDuplicate: receipt.duplicate === true };
  };

const parsed = (message: string): unknown => {
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
};

/** The log group may hold other things, Bedrock's own test of its permission for one. */
const isCall = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'schemaType' in value && value.schemaType === 'ModelInvocationLog';
