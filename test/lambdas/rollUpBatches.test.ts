import { beforeEach, describe, expect, it } from 'vitest';
import { memoryDeploymentStore } from '../../adapters/memory/deploymentStore.ts';
import { memoryRollupStore } from '../../adapters/memory/rollupStore.ts';
import { zstd } from '../../adapters/zstd.ts';
import type { RollupStore } from '../../core/ports.ts';
import { cardinalityGuard, DEFAULT_LIMITS } from '../../core/rollups/cardinality.ts';
import { type Batch, emptyContent } from '../../core/telemetry/batch.ts';
import { rollUpBatches } from '../../core/usecases/rollUpBatches.ts';

const nowMs = Date.UTC(2026, 0, 31, 12);
const aBatch = (id: string, receivedAt: number): Batch => ({ id, receivedAt, content: emptyContent() });

let batches: Map<string, Batch>;
let reads: string[];
let rollups: RollupStore;
let rollUp: ReturnType<typeof rollUpBatches>;

beforeEach(() => {
  batches = new Map();
  reads = [];
  rollups = memoryRollupStore();
  rollUp = rollUpBatches({
    log: {
      async read(id) {
        reads.push(id);
        return batches.get(id);
      },
    },
    rollups,
    deployments: memoryDeploymentStore(),
    compression: zstd(),
    guard: cardinalityGuard(DEFAULT_LIMITS),
  });
});

describe('batches that are told of', () => {
  it('are applied, and the oldest says how long it waited', async () => {
    for (const [id, ageMs] of [
      ['a', 5_000],
      ['b', 90_000],
    ] as const)
      batches.set(id, aBatch(id, nowMs - ageMs));

    expect(await rollUp(['a', 'b'], nowMs)).toBe(nowMs - 90_000);
    expect((await rollups.applied(['a', 'b'])).sort()).toEqual(['a', 'b']);
  });

  it('twice are read and applied once', async () => {
    batches.set('a', aBatch('a', nowMs));

    await rollUp(['a', 'a'], nowMs);

    expect(reads).toEqual(['a']);
  });

  it('are nothing to do when there are none', async () => {
    expect(await rollUp([], nowMs)).toBeUndefined();
  });

  it('are an error when one is gone that was never applied, and none when it was', async () => {
    batches.set('a', aBatch('a', nowMs));
    await rollUp(['a'], nowMs);
    batches.clear();

    expect(await rollUp(['a'], nowMs)).toBeUndefined();
    await expect(rollUp(['a', 'lost'], nowMs)).rejects.toMatchObject({
      code: 'notFound',
      message: expect.stringMatching(/: lost$/),
    });
  });
});
