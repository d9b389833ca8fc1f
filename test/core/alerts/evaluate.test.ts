import { describe, expect, it } from 'vitest';
import { silenceOf } from '../../../core/alerts/silence.ts';
import { HOUR, MINUTE } from '../../../core/telemetry/families.ts';
import { evaluateFleet } from '../../../core/usecases/evaluateFleet.ts';
import { evaluateSources } from '../../../core/usecases/evaluateSources.ts';
import { call, sample, T0 } from '../../usecases/world.ts';
import { evaluation } from './world.ts';

const GIB = 2 ** 30;
const OPTIONS = { runbookUrl: 'docs/runbook.md', vramPercent: 97, gpuIdlePercent: 2, gpuIdleMin: 60 };
const NOW = T0 + 6 * HOUR;

/** A GPU that reports every five minutes, from `fromMin` before NOW to `toMin` before it. */
const gpu = (
  labels: Record<string, string>,
  state: { used: number; total?: number; free?: number; busy: number },
  fromMin = 240,
  toMin = 0,
) =>
  Array.from({ length: (fromMin - toMin) / 5 }, (_, i) => NOW - fromMin * MINUTE + i * 5 * MINUTE).flatMap((at) => [
    sample('gpu.memoryUsed', 'gauge', at, state.used * GIB, labels),
    ...(state.total === undefined ? [] : [sample('gpu.memoryTotal', 'gauge', at, state.total * GIB, labels)]),
    ...(state.free === undefined ? [] : [sample('gpu.memoryFree', 'gauge', at, state.free * GIB, labels)]),
    sample('gpu.utilization', 'gauge', at, state.busy, labels),
  ]);

describe('evaluating the fleet', () => {
  it('finds the GPU that is full and the one that is held and idle, and leaves the busy and the empty one alone', async () => {
    const { send, roll, told, evaluationPorts } = evaluation();
    await send({
      samples: [
        ...gpu({ host: 'i-1', gpu: '0' }, { used: 23.9, total: 24, busy: 80 }),
        ...gpu({ host: 'i-1', gpu: '1' }, { used: 20, total: 24, busy: 0 }),
        ...gpu({ host: 'i-1', gpu: '2' }, { used: 20, total: 24, busy: 40 }),
        ...gpu({ host: 'i-1', gpu: '3' }, { used: 0.4, total: 24, busy: 0 }),
      ],
    });
    await roll(NOW);

    const answer = await evaluateFleet(evaluationPorts, OPTIONS)(NOW);

    expect(answer).toEqual({ gpus: 4, began: 2, ended: 0 });
    expect(told.map(({ id }) => id).sort()).toEqual(['gpu-idle-held/i-1/1', 'vram-held/i-1/0']);
    expect(told.find(({ id }) => id.startsWith('vram'))).toMatchObject({
      title: 'GPU 0 of i-1 has hardly any memory left',
      numbers: [{ name: 'VRAM in use', value: '99.6 % of 24.0 GiB' }],
      runbook: 'docs/runbook.md#vram-held',
    });
  });

  it('takes used and free together as the total, as DCGM reports them, and tells the owner of the deployment', async () => {
    const { send, roll, told, evaluationPorts, ports } = evaluation();
    const { deployments } = ports();
    await deployments.put({
      deployment: 'chat',
      versions: [{ fromMs: 0, source: 'api', owner: 'ada@example.com' }],
    });
    await send({ samples: gpu({ host: 'i-2', gpu: '0', deployment: 'chat' }, { used: 79, free: 1, busy: 90 }) });
    await roll(NOW);

    await evaluateFleet(evaluationPorts, OPTIONS)(NOW);

    expect(told).toMatchObject([{ id: 'vram-held/i-2/0', owner: 'ada@example.com' }]);
  });

  it('does not call a GPU idle that has not reported for the whole time', async () => {
    const { send, roll, told, evaluationPorts } = evaluation();
    await send({ samples: gpu({ host: 'i-3', gpu: '0' }, { used: 20, total: 24, busy: 0 }, 40) });
    await roll(NOW);

    await evaluateFleet(evaluationPorts, OPTIONS)(NOW);

    expect(told).toEqual([]);
  });

  it('tells of a host that went silent, keeps what was open of its GPUs open, and says when it is back', async () => {
    const { send, roll, told, evaluationPorts } = evaluation();
    const idle = { used: 20, total: 24, busy: 0 };
    await send({ samples: gpu({ host: 'i-4', gpu: '0' }, idle, 240, 60) });
    await roll(NOW);

    await evaluateFleet(evaluationPorts, OPTIONS)(NOW - HOUR);
    await evaluateFleet(evaluationPorts, OPTIONS)(NOW);
    await send({ samples: gpu({ host: 'i-4', gpu: '0' }, { ...idle, busy: 50 }, 60, -60) });
    await roll(NOW + HOUR);
    await evaluateFleet(evaluationPorts, OPTIONS)(NOW + HOUR);

    expect(told.map(({ id, state }) => `${id} ${state}`)).toEqual([
      'gpu-idle-held/i-4/0 firing',
      'host-silent/i-4 firing',
      'gpu-idle-held/i-4/0 resolved',
      'host-silent/i-4 resolved',
    ]);
  });

  it('calls no host silent before it could hear it for half an hour, nor says that a silent one is back', async () => {
    const { send, roll, told, evaluationPorts } = evaluation();
    await send({ samples: gpu({ host: 'i-5', gpu: '0' }, { used: 20, total: 24, busy: 50 }, 240, 60) });
    await roll(NOW);
    const look = (openSinceMs: number) => evaluateFleet(evaluationPorts, { ...OPTIONS, openSinceMs })(NOW);

    await look(NOW - 44 * MINUTE);
    expect(told).toEqual([]);
    await look(NOW - 45 * MINUTE);
    await look(NOW);

    expect(told.map(({ id, state }) => `${id} ${state}`)).toEqual(['host-silent/i-5 firing']);
  });

  it('says nothing of a fleet that it knows nothing of', async () => {
    const { told, evaluationPorts } = evaluation();

    expect(await evaluateFleet(evaluationPorts, OPTIONS)(NOW)).toEqual({ gpus: 0, began: 0, ended: 0 });
    expect(told).toEqual([]);
  });
});

describe('silence of a source', () => {
  it('tells of a deployment that used to send every hour, once, and of its return', async () => {
    const { send, roll, told, evaluationPorts } = evaluation();
    const hours = (from: number, to: number, deployment: string) =>
      Array.from({ length: to - from }, (_, i) => call({ deployment, timestamp: T0 + (from + i) * HOUR + 1 }));
    await send({ events: [...hours(0, 24, 'chat'), ...hours(0, 28, 'search'), ...hours(20, 24, 'new')] });
    await roll(T0 + 28 * HOUR);
    const look = (hour: number) => evaluateSources(evaluationPorts, OPTIONS)(T0 + hour * HOUR + 10 * MINUTE);

    await look(24);
    await look(26);
    await look(27);
    await send({ events: hours(28, 29, 'chat') });
    await roll(T0 + 29 * HOUR);
    await look(29);

    expect(told.filter(({ id }) => id === 'source-silent/chat')).toMatchObject([
      { state: 'firing', sinceMs: T0 + 24 * HOUR, title: 'chat went silent' },
      { state: 'resolved', text: 'It lasted 5 h.' },
    ]);
    expect(told.some(({ id }) => id.endsWith('new'))).toBe(false);
  });

  it('is none of an hour in which nobody listened', async () => {
    const { send, roll, told, evaluationPorts } = evaluation();
    await send({ events: Array.from({ length: 24 }, (_, hour) => call({ timestamp: T0 + hour * HOUR })) });
    await roll(T0 + 28 * HOUR);
    const look = (openSinceMs: number) =>
      evaluateSources(evaluationPorts, { ...OPTIONS, openSinceMs })(T0 + 26 * HOUR + 10 * MINUTE);

    await look(T0 + 25 * HOUR + 1);
    expect(told).toEqual([]);
    await look(T0 + 25 * HOUR);

    expect(told).toMatchObject([{ id: 'source-silent/chat', state: 'firing' }]);
  });

  it.each([
    ['sending', [...Array(24).fill(1)]],
    ['silent', [...Array(24).fill(1), 0]],
    ['silent', [...Array(24).fill(1), null, null]],
    ['irregular', [...Array(24).fill(null)]],
    ['irregular', [...Array(19).fill(1), 0]],
    ['irregular', []],
  ])('is %s for %j', (kind, hours) => {
    expect(silenceOf(hours)).toMatchObject({ kind });
  });
});
