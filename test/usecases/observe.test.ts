import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { memoryBatchLog } from '../../adapters/memory/batchLog.ts';
import { memoryDeploymentStore } from '../../adapters/memory/deploymentStore.ts';
import { Envelope } from '../../core/sources/eventBridge/observer.ts';
import { learnDeployments } from '../../core/usecases/deployments.ts';
import { observe } from '../../core/usecases/observe.ts';
import { endpoint, pipeline, trainingJob } from '../core/sources/announcements.ts';

const nowMs = Date.parse('2026-03-04T12:30:00Z');
const door = { nowMs, maxAgeMs: 35 * 86_400_000, maxAheadMs: 600_000, keepContent: false };
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const observatory = () => {
  const ports = { log: memoryBatchLog(), deployments: memoryDeploymentStore() };
  return {
    ...ports,
    see: (announced: unknown) => observe({ ...ports, hash })(Envelope.parse(announced), door),
    events: async () => (await ports.log.unrolled(100)).flatMap(({ content }) => content.events),
  };
};

describe('observing what services announce', () => {
  it('keeps an announcement once, delivered twice or made twice', async () => {
    const { see, events } = observatory();

    const outcomes = [
      await see(trainingJob()),
      await see(trainingJob()),
      await see({ ...trainingJob(), id: 'made-again', time: '2026-03-04T12:26:20Z' }),
    ];

    expect(outcomes.map(({ kind }) => kind)).toEqual(['kept', 'duplicate', 'duplicate']);
    expect(await events()).toHaveLength(1);
  });

  it('keeps nothing of what is of no interest', async () => {
    const { see, events } = observatory();

    expect(await see(pipeline({ state: 'STARTED' }))).toMatchObject({ kind: 'ignored' });
    expect(await events()).toEqual([]);
  });

  it('calls it scaling when the version in service is the one that was', async () => {
    const { see, events, deployments } = observatory();
    await see(endpoint({ LastModifiedTime: 1 }));
    await learnDeployments({ deployments })(await events(), nowMs);

    await see(endpoint({ LastModifiedTime: 2 }));
    await see(endpoint({ LastModifiedTime: 3, EndpointConfigName: 'ranker-v8' }));

    const actions = (await events()).map((event) => event.kind === 'deployment' && [event.action, event.modelVersion]);
    expect(actions).toEqual([
      ['released', 'ranker-v7'],
      ['scaled', 'ranker-v7'],
      ['released', 'ranker-v8'],
    ]);
  });

  it('refuses what is too old for the door, so that it ends where it is seen', async () => {
    const { see } = observatory();

    await expect(see({ ...trainingJob(), time: '2020-01-01T00:00:00Z' })).rejects.toMatchObject({
      code: 'invalidInput',
    });
  });
});
