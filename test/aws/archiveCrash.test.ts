import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { groupsOf } from '../../adapters/aws/archive/parquetReader.ts';
import { type ArchiveWorld, addAll, archiveWorld, calls, EVER, NOON, readAll } from './archiveWorld.ts';
import { type Fault, faultyProxy } from './faultyProxy.ts';
import { startMemoryS3 } from './memoryS3.ts';
import { type Service, startDynalite } from './services.ts';

const DAY = 86_400_000;
/** Few enough for four jobs, one of which ends among batches that were rolled up together. */
const ITEMS_PER_JOB = 15;

let services: { s3: Service; dynamo: Service };
let proxies: Record<'s3' | 'dynamo', Awaited<ReturnType<typeof faultyProxy>>>;
beforeAll(async () => {
  services = { s3: await startMemoryS3(), dynamo: await startDynalite() };
  proxies = { s3: await faultyProxy(services.s3.endpoint), dynamo: await faultyProxy(services.dynamo.endpoint) };
});
afterAll(async () => {
  await Promise.all(Object.values(proxies ?? {}).map((proxy) => proxy.close()));
  await Promise.all(Object.values(services ?? {}).map((service) => service.stop()));
});

const seeded = async () => {
  const world = await archiveWorld({ s3: services.s3.endpoint, dynamo: services.dynamo.endpoint });
  await world.rolled({ events: calls(10) }, { events: calls(10, NOON + 10) }, { events: calls(10, NOON + 20) });
  await world.rolled({ events: [...calls(5, NOON + 30), ...calls(5, NOON + DAY)] });
  const ids = (await world.read('inference')).map(({ id }) => id as string);
  const through = world.through({ s3: proxies.s3.endpoint, dynamo: proxies.dynamo.endpoint });
  return { world, through, ids };
};

/** Ids in the files themselves, whatever the table says. */
const idsInFiles = async (world: ArchiveWorld) => {
  const ids: unknown[] = [];
  for (const { bytes } of await world.allFiles()) {
    const file = bytes.slice().buffer;
    const buffer = { byteLength: file.byteLength, slice: (start: number, end?: number) => file.slice(start, end) };
    for (const group of await groupsOf('inference', buffer)) ids.push(...(await group.records()).map(({ id }) => id));
  }
  return ids.sort();
};

describe('an archive whose calls fail', () => {
  for (const service of ['s3', 'dynamo'] as const) {
    for (const fault of ['lost', 'unanswered'] satisfies Fault[]) {
      it(`has every record once when any call to ${service} is ${fault}, at that moment and after the next run`, async () => {
        let isDone = false;
        let failed = 0;
        for (let at = 1; !isDone; at++) {
          const { world, through, ids } = await seeded();
          proxies[service].breakAt(at, fault);

          const outcome = await addAll(through, ITEMS_PER_JOB).catch((error) => error.code);
          isDone = !proxies[service].heal();
          if (!isDone) failed++;

          const told = `call ${at}: ${outcome}`;
          expect(
            (await world.read('inference')).map(({ id }) => id),
            told,
          ).toEqual(ids);
          await addAll(world.archive, ITEMS_PER_JOB);
          expect(
            (await world.read('inference')).map(({ id }) => id),
            told,
          ).toEqual(ids);
          expect(await idsInFiles(world), told).toEqual([...ids].sort());
          expect(await world.jobs.waiting(), told).toEqual([]);
        }
        expect(failed).toBeGreaterThan(8);
      }, 60_000);
    }
  }

  it.each([
    { run: 'a run', isLeft: false, does: 'everything' },
    { run: 'a run', isLeft: false, does: 'one job' },
    { run: 'a run that took up the job of another', isLeft: true, does: 'everything' },
    { run: 'a run that took up the job of another', isLeft: true, does: 'one job' },
  ])(
    'has every record once when $run is frozen at any call, another does $does, and it goes on',
    async (of) => {
      let wasFrozen = true;
      for (let at = 1; wasFrozen; at++) {
        const { world, ids } = await seeded();
        if (of.isLeft) {
          const [first] = await world.jobs.next();
          await world.jobs.open({ fileId: 'left', entries: [{ sk: first!.sk, batches: 2 }] }, undefined);
        }
        let made = 0;
        wasFrozen = false;
        const slow = world.through({ s3: services.s3.endpoint, dynamo: services.dynamo.endpoint }, async () => {
          if (++made !== at) return;
          wasFrozen = true;
          if (of.does === 'one job') await world.archive.add({ maxItems: ITEMS_PER_JOB });
          else await addAll(world.archive, ITEMS_PER_JOB);
        });

        await addAll(slow, ITEMS_PER_JOB);

        expect((await world.read('inference')).map(({ id }) => id)).toEqual(ids);
        expect(await idsInFiles(world)).toEqual([...ids].sort());
        expect(await world.jobs.waiting()).toEqual([]);
      }
    },
    60_000,
  );

  it('gives a reader whose call fails an error that can be tried again, never less than all', async () => {
    const { world, through, ids } = await seeded();
    await addAll(world.archive, ITEMS_PER_JOB);
    for (let at = 1; ; at++) {
      proxies.s3.breakAt(at, 'lost');

      const records = await readAll(through, { kind: 'inference', ...EVER }).catch((error) => error.code);

      if (!proxies.s3.heal()) break;
      expect(records).toBe('storageFailed');
    }
    expect(await readAll(through, { kind: 'inference', ...EVER })).toHaveLength(ids.length);
  });
});
