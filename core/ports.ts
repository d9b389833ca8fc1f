import type { Notice } from './alerts/notice.ts';
import type { BillLine } from './cost/bill/line.ts';
import type { InventoryResource } from './cost/inventory/resource.ts';
import type { Batch } from './telemetry/batch.ts';
import type { EventKind } from './telemetry/events.ts';

/** Who asks. On one machine without tokens it is `local` with every role. Every use case takes one. */
export interface Principal {
  id: string;
  roles: readonly ('admin' | 'writer' | 'reader')[];
  /** The teams that the caller is bound to, whatever its roles: what is not theirs it neither sees nor sends. [] = bound to none: all. */
  teams: readonly string[];
}

/** What the caller of an accepted request was told; a retry is told the same, and that it is one. */
export interface Receipt {
  batchId: string;
  accepted: number;
  rejected: number;
  /** It came before: this is what the first was told, and nothing more was kept. */
  duplicate?: true;
}

/** The log of accepted requests: the one durable write behind a 202. */
export interface BatchLog {
  /**
   * Keeps a batch; on disk when it resolves. `fingerprint` is of the request's body. `asSent` is that body where
   * `asEvents` makes exactly the batch's content of it: a log may keep these bytes instead of writing the content as JSON.
   * `duplicate`: this id was kept before with the same fingerprint, nothing was written, `receipt` is the first one's.
   * `conflict`: this id was kept before with another fingerprint, nothing was written.
   * Throws AppError `storageFull` when there is no room; nothing was kept then.
   */
  append(entry: {
    batch: Batch;
    fingerprint: string;
    receipt: Receipt;
    asSent?: Uint8Array | undefined;
  }): Promise<{ kind: 'appended' } | { kind: 'duplicate'; receipt: Receipt } | { kind: 'conflict' }>;
  /**
   * Batches not yet marked as rolled up, oldest first: as many as hold `maxItems` events, samples, spans and logs together,
   * but at least one when there is one. A batch's `content` is decoded each time it is asked for: ask once.
   */
  unrolled(maxItems: number): Promise<Batch[]>;
  /** Says that these batches are in the rollups. Idempotent. */
  markRolled(ids: readonly string[]): Promise<void>;
  /** How many batches wait to be rolled up. */
  backlog(): Promise<number>;
  /** When the one that waits longest arrived, epoch ms; undefined = none waits. */
  oldestWaitingMs(): Promise<number | undefined>;
}

/** Where a block lives: a family of series, its step, and the start of the stretch of time that it is filed under. */
export interface Partition {
  family: string;
  stepMs: number;
  startMs: number;
}

export interface NewBlock extends Partition {
  bytes: Uint8Array;
}

/** Rollups, as blocks filed by partition. All blocks of one partition merged give its content. */
export interface RollupStore {
  /** How many batches one `apply` takes. */
  readonly maxBatches: number;
  /**
   * In one atomic step: remembers the batches as applied and adds the blocks. When any of the ids was applied before,
   * nothing changes and it answers those ids; the caller leaves them out and tries again. [] = done.
   */
  apply(change: { batchIds: readonly string[]; blocks: readonly NewBlock[]; nowMs: number }): Promise<string[]>;
  /** Which of these batches are in the rollups already. */
  applied(ids: readonly string[]): Promise<string[]>;
  /** All partitions with loose blocks, of any family: what compaction has to do. */
  loosePartitions(): Promise<(Partition & { loose: number; newestMs: number })[]>;
  /** The blocks of the partitions whose start is in [fromMs, toMs), in a stable order, without their bytes. */
  list(query: {
    family: string;
    stepMs: number;
    fromMs: number;
    toMs: number;
  }): Promise<{ id: string; startMs: number; loose: boolean }[]>;
  /** The bytes of these blocks, in order; of one that is gone (compacted since it was listed) undefined, or what they were. */
  read(ids: readonly string[]): Promise<(Uint8Array | undefined)[]>;
  /**
   * In one atomic step: removes `remove` and adds `add` as compacted blocks. When any of `remove` is gone already,
   * nothing changes and it answers false.
   */
  replace(change: { remove: readonly string[]; add: readonly NewBlock[] }): Promise<boolean>;
  /** Every family that has a block, sorted; one that had some may still be among them. */
  families(): Promise<string[]>;
  /** Where `expire` drops everything before; 0 = nowhere yet. What comes later for that time goes to a coarser step. */
  expiredBefore(query: { family: string; stepMs: number }): Promise<number>;
  /**
   * Remembers `beforeMs` for `expiredBefore`, then drops what is compacted in partitions that start in [fromMs, beforeMs).
   * Loose blocks stay: compaction adds them to the coarser step, which does not hold them yet. `family` is one that
   * expires (`expiryFamily`): with `samples` go those of all metrics. Not atomic: what is cut off is done by the next call.
   * Answers how many partitions it dropped.
   */
  expire(query: { family: string; stepMs: number; fromMs: number; beforeMs: number }): Promise<number>;
  /** Forgets applied batches older than this. */
  forgetApplied(beforeMs: number): Promise<void>;
}

/** Compression of blocks and batches; lossless. */
export interface Compression {
  compress(bytes: Uint8Array): Uint8Array;
  decompress(bytes: Uint8Array): Uint8Array;
}

/** Attributes of a deployment that can be told or learned. */
export interface DeploymentAttributes {
  model?: string;
  modelVersion?: string;
  variant?: string;
  owner?: string;
  team?: string;
  project?: string;
  environment?: string;
  provider?: string;
  account?: string;
  region?: string;
  instanceType?: string;
}

/** What was true of a deployment from `fromMs` (epoch ms, inclusive) until the next version's. */
export interface DeploymentVersion extends DeploymentAttributes {
  fromMs: number;
  source: 'api' | 'configuration' | 'telemetry';
}

export interface Deployment {
  deployment: string;
  firstSeenMs?: number;
  lastSeenMs?: number;
  /** Sorted by fromMs, oldest first; may be empty. */
  versions: DeploymentVersion[];
}

/** The registry of deployments. */
export interface DeploymentStore {
  /** All, by name. */
  list(): Promise<Deployment[]>;
  get(deployment: string): Promise<Deployment | undefined>;
  /** Replaces the entry of that name. */
  put(deployment: Deployment): Promise<void>;
  /**
   * In one atomic step, also among processes: replaces the entry of that name by what `change` makes of it, undefined =
   * leave it as it is. An AppError of `change` comes out, and nothing changed then. It may be called again: no side effects.
   */
  update(deployment: string, change: (before: Deployment | undefined) => Deployment | undefined): Promise<void>;
}

/** What the archive keeps apart. Samples of metrics are not archived: their rollups are all there is of them. */
export type ArchiveKind = EventKind | 'span' | 'log';

/** All archived records of one kind whose timestamp is on one day (UTC, YYYY-MM-DD). */
export interface ArchivePartition {
  kind: ArchiveKind;
  day: string;
}

/** Which records: timestamp in [fromMs, toMs), the first `limit` by time, or all. */
export interface ArchiveQuery {
  kind: ArchiveKind;
  fromMs: number;
  toMs: number;
  limit?: number;
}

/** Every event, span and log record for good (as long as it is kept), in files by kind and day. */
export interface Archive {
  /** Batches that are rolled up and not in the files yet: how many items they hold, and when the oldest arrived; null = none. */
  waiting(): Promise<{ items: number; oldestMs: number | null }>;
  /**
   * Moves waiting batches into files, oldest first, as many as hold `maxItems` but at least one. In one atomic step their
   * records are in the files and they no longer wait. Answers how many items they held; 0 = none waited.
   */
  add(query: { maxItems: number }): Promise<number>;
  /** All partitions by kind and day, with the number of records in each of their files. */
  partitions(): Promise<(ArchivePartition & { files: number[] })[]>;
  /** Makes one file of those files of a partition that hold fewer than `belowRecords` each. Loses and doubles nothing. */
  merge(query: ArchivePartition & { belowRecords: number; nowMs: number }): Promise<void>;
  /**
   * Takes out the files of days before `day` that were also written before it: records of old days that were imported
   * since stay as long as others. Answers how many partitions lost files.
   */
  expire(query: { day: string; nowMs: number }): Promise<number>;
  /** Deletes files that were merged or expired before `beforeMs`: until then someone may still be reading them. */
  sweep(query: { beforeMs: number }): Promise<void>;
  /** Records by time, each exactly once, whether their batch is in the files yet or not, as they came past the door. */
  read(query: ArchiveQuery): AsyncIterable<Record<string, unknown>>;
}

/** An API key as it is kept: what it may do, and a hash to know it by. The key itself is nowhere. */
export interface ApiKey {
  /** 12 hexadecimal digits: the part of the key that is no secret. */
  id: string;
  /** SHA-256 of the whole key, hexadecimal. */
  hash: string;
  /** What people call it. */
  name: string;
  roles: Principal['roles'];
  /** As of a principal: [] = all teams. */
  teams: readonly string[];
  createdMs: number;
  /** The first millisecond at which it is no longer valid; absent = it never expires. */
  expiresMs?: number;
  /** When it was revoked; absent = it was not. */
  revokedMs?: number;
}

/** API keys, also those that expired or were revoked: a key is never taken out. */
export interface ApiKeyStore {
  /** Keeps a new key, durable when it resolves. False: there is one of that id, and nothing changed. */
  add(key: ApiKey): Promise<boolean>;
  /** The key of that id as it is now, also where another process has just changed it; undefined = there is none. */
  get(id: string): Promise<ApiKey | undefined>;
  /** All, oldest first, then by id. */
  list(): Promise<ApiKey[]>;
  /** Whether no key was ever added. */
  isEmpty(): Promise<boolean>;
  /** Says that a key was revoked at that time, unless it was before; answers the key as it is then; undefined = there is none. */
  revoke(id: string, atMs: number): Promise<ApiKey | undefined>;
}

/** Tells people. */
export interface Notifier {
  /** Hands the notice to those who asked for its severity. It may be told twice when it is asked twice. */
  tell(notice: Notice): Promise<void>;
}

/** What people were told and has not ended, so that they are told of it once. */
export interface NoticeStore {
  /** All notices of one scan that are open, in no particular order. */
  open(scan: string): Promise<Notice[]>;
  /** Remembers the notice as open; of the same id it replaces what there is. */
  add(scan: string, notice: Notice): Promise<void>;
  /** Forgets it; nothing happens when it is not there. */
  remove(scan: string, id: string): Promise<void>;
}

/** A document and what it was when it was read, to write it back only if nobody else did meanwhile. */
export interface StoredDocument {
  bytes: Uint8Array;
  /** Opaque; changes with every write. */
  version: string;
}

/** Documents by key: small state (notices, budgets) and the ledger. Keys are paths of [A-Za-z0-9._=-] parts joined by `/`. */
export interface DocumentStore {
  /** The documents of these keys, in order; undefined = there is none. */
  get(keys: readonly string[]): Promise<(StoredDocument | undefined)[]>;
  /**
   * Writes a document, durable when it resolves, if it still is of version `ifVersion` (undefined = if there is none).
   * False: it is of another version or gone or there already, and nothing changed.
   */
  put(key: string, bytes: Uint8Array, ifVersion: string | undefined): Promise<boolean>;
  /** Nothing happens when there is none. */
  remove(key: string): Promise<void>;
  /** All keys that begin with a prefix, sorted. */
  list(prefix: string): Promise<string[]>;
}

/** What a provider says that runs and costs by the hour. */
export interface Inventory {
  /** What runs at this moment, in no particular order. `isAll` = false: there is more than it reads at once. */
  list(): Promise<{ resources: InventoryResource[]; isAll: boolean }>;
}

/** A provider's bill that is asked for by days, in pages that cost money each. */
export interface PaidBill {
  /**
   * One page of the lines of the days [fromMs, toMs): exactly one request, never tried again by itself.
   *
   * @param query.token of the page before; absent = the first
   * @returns token: absent = there are no more
   */
  page(query: { fromMs: number; toMs: number; token?: string }): Promise<{ lines: BillLine[]; token?: string }>;
}
