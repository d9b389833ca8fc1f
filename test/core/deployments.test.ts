import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { memoryDeploymentStore } from '../../adapters/memory/deploymentStore.ts';
import type { DeploymentStore, Principal } from '../../core/ports.ts';
import { attributesAt, registryDefaults, withDefaults } from '../../core/registry/attributes.ts';
import type { ModelEvent } from '../../core/telemetry/events.ts';
import { DAY, HOUR, MINUTE } from '../../core/telemetry/families.ts';
import {
  configureDeployments,
  learnDeployments,
  listDeployments,
  putDeployment,
  saveSightings,
} from '../../core/usecases/deployments.ts';

const admin: Principal = { id: 'local', roles: ['admin'], teams: [] };
const now = Date.UTC(2026, 5, 15);
const inference = (more: Partial<Extract<ModelEvent, { kind: 'inference' }>> = {}): ModelEvent => ({
  kind: 'inference',
  timestamp: now,
  deployment: 'chat',
  latencyMs: 1,
  status: 'ok',
  ...more,
});

let deployments: DeploymentStore;
let writes: number;
beforeEach(() => {
  const store = memoryDeploymentStore();
  writes = 0;
  deployments = {
    ...store,
    update: (deployment, change) =>
      store.update(deployment, (before) => {
        const after = change(before);
        if (after) writes++;
        return after;
      }),
  };
});
const put = (input: unknown, name = 'chat', at = now) => putDeployment({ deployments })(admin, name, input, at);
const learn = async (events: ModelEvent[], at = now) => {
  await learnDeployments({ deployments })(events, at);
  await saveSightings({ deployments })(at);
};
const list = () => listDeployments({ deployments })(admin, now);
const chat = async () => (await deployments.get('chat'))!;

describe('telling about a deployment', () => {
  it('answers what holds now, and what is missing', async () => {
    const answer = await put({ model: 'm', owner: 'ann' });

    expect(answer).toEqual({
      deployment: 'chat',
      model: 'm',
      owner: 'ann',
      versions: [{ from: '2026-06-15T00:00:00.000Z', source: 'api', model: 'm', owner: 'ann' }],
      missing: ['team', 'project', 'environment', 'provider'],
    });
  });

  it('does not rewrite the past when a deployment moves to another team', async () => {
    await put({ team: 'search', effectiveFrom: now - 30 * DAY });
    await put({ team: 'ads', effectiveFrom: '2026-06-10T00:00:00Z' });

    const deployment = await chat();

    expect(attributesAt(deployment, now - 31 * DAY)).toEqual({});
    expect(attributesAt(deployment, Date.UTC(2026, 5, 10) - 1)).toEqual({ team: 'search' });
    expect(attributesAt(deployment, Date.UTC(2026, 5, 10))).toEqual({ team: 'ads' });
  });

  it('again changes nothing', async () => {
    await put({ team: 'ads' });
    await put({ team: 'ads' }, 'chat', now + HOUR);

    expect((await chat()).versions).toHaveLength(1);
    expect(writes).toBe(1);
  });

  it('says which field is wrong', async () => {
    await expect(put({ team: 5 })).rejects.toMatchObject({ code: 'invalidInput', problems: [{ path: '/team' }] });
    await expect(put({ owners: 'x', colour: 1, team: 5 })).rejects.toMatchObject({
      problems: [
        { path: '/team', message: 'expected string, got 5' },
        {
          path: '/owners',
          message: expect.stringMatching(/^unknown field; did you mean owner\?; known are model, .*team/),
        },
        { path: '/colour', message: expect.stringMatching(/^unknown field; known are model/) },
      ],
    });
    await expect(put({ effectiveFrom: 'soon' })).rejects.toMatchObject({ problems: [{ path: '/effectiveFrom' }] });
    await expect(put([])).rejects.toMatchObject({ code: 'invalidInput' });
    for (const blank of ['', ' ', '\t\n', 'a\u001fb'])
      await expect(put({ team: 'x' }, blank)).rejects.toMatchObject({ code: 'invalidInput' });
    await expect(put({ team: 'a\u0000' })).rejects.toMatchObject({ problems: [{ path: '/team' }] });
    await expect(put({}, 'x'.repeat(257))).rejects.toMatchObject({ code: 'invalidInput' });
  });

  it('is not for readers', async () => {
    const reader: Principal = { id: 'r', roles: ['reader'], teams: [] };

    await expect(putDeployment({ deployments })(reader, 'chat', {}, now)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('at the same time as telemetry teaches loses neither', async () => {
    await Promise.all([
      learn([inference({ region: 'eu' })]),
      put({ owner: 'ann' }),
      learn([inference({ model: 'm' })]),
    ]);

    expect(attributesAt(await chat(), now)).toEqual({ owner: 'ann', region: 'eu', model: 'm' });
  });
});

describe('the configuration', () => {
  const configure = (team: string, at: number) => configureDeployments({ deployments })({ chat: { team } }, at);

  it('holds for all time at first, and from then on when it changes', async () => {
    await configure('search', now);
    await configure('search', now + DAY);
    await configure('ads', now + 2 * DAY);

    expect(writes).toBe(2);
    expect(attributesAt(await chat(), 1).team).toBe('search');
    expect(attributesAt(await chat(), now + 2 * DAY).team).toBe('ads');
  });

  it('is beaten by the API and beats telemetry', async () => {
    await learn([inference({ model: 'seen', region: 'eu' })]);
    await configureDeployments({ deployments })({ chat: { model: 'configured', team: 'search' } }, now);
    await put({ team: 'ads' });

    expect(attributesAt(await chat(), now)).toEqual({ model: 'configured', team: 'ads', region: 'eu' });
  });
});

describe('learning from telemetry', () => {
  it('adds what is new, but not who owns it', async () => {
    await learn([inference({ model: 'm', team: 'search', project: 'p', provider: 'vllm' })]);

    expect((await list()).deployments).toMatchObject([
      { deployment: 'chat', model: 'm', provider: 'vllm', missing: ['owner', 'team', 'project', 'environment'] },
    ]);
  });

  it('writes nothing when there is nothing new, and the last sight of it once a minute', async () => {
    await learn([inference({ model: 'm' })]);
    await learn([inference({ model: 'm', timestamp: now + 1 })], now + 1);
    await learn([inference({ model: 'm', timestamp: now + 2 })], now + 2);
    expect(writes).toBe(1);

    await learn([inference({ model: 'm', timestamp: now + 3 })], now + 2 * MINUTE);

    expect(writes).toBe(2);
    expect(await chat()).toMatchObject({ firstSeenMs: now, lastSeenMs: now + 3 });
  });

  it('knows when a deployment was last seen to the minute of its events, however fast they come', async () => {
    for (let day = 1; day <= 30; day++) await learn([inference({ timestamp: now - 40 * DAY + day * DAY })], now + day);

    expect(await chat()).toMatchObject({ firstSeenMs: now - 39 * DAY, lastSeenMs: now - 10 * DAY });
    expect(writes).toBe(30);
  });

  it('writes what it saw once for all that it learned since', async () => {
    for (let i = 0; i < 10; i++)
      await learnDeployments({ deployments })([inference({ timestamp: now + i * HOUR })], now);
    await saveSightings({ deployments })(now);

    expect((await chat()).lastSeenMs).toBe(now + 9 * HOUR);
    expect(writes).toBe(2);
  });

  it('saves the last sight after a minute in which nothing more came', async () => {
    await learn([inference({})]);
    await learn([inference({ timestamp: now + 5 })]);
    await saveSightings({ deployments })(now + MINUTE);
    await saveSightings({ deployments })(now + 2 * MINUTE);

    expect((await chat()).lastSeenMs).toBe(now + 5);
    expect(writes).toBe(2);
  });

  it('writes what it saw no more often than it is asked to', async () => {
    await learn([inference({})]);
    const hourly = { deployments, sightingsWithinMs: HOUR };
    for (let minute = 1; minute < 60; minute++) {
      await learnDeployments({ deployments })([inference({ timestamp: now + minute * MINUTE })], now + minute * MINUTE);
      await saveSightings(hourly)(now + minute * MINUTE);
    }
    expect(writes).toBe(1);

    await saveSightings(hourly)(now + 61 * MINUTE);

    expect((await chat()).lastSeenMs).toBe(now + 59 * MINUTE);
    expect(writes).toBe(2);
  });

  it('forgets no sight that is not saved yet when something is told', async () => {
    await learn([inference({})]);
    await learn([inference({ timestamp: now + 5 })]);
    await put({ owner: 'ann' });

    expect((await chat()).lastSeenMs).toBe(now + 5);
  });

  it('keeps what another process saw meanwhile when something is told', async () => {
    await put({ owner: 'ann' });
    await learn([inference({})]);
    await deployments.put({ ...(await chat()), lastSeenMs: now + DAY });
    await put({ owner: 'bob' });

    expect((await chat()).lastSeenMs).toBe(now + DAY);
  });

  it('fills what was not known without a new version', async () => {
    await learn([inference({ model: 'm' })]);
    await learn([inference({ region: 'eu', timestamp: now + 1 })]);

    expect((await chat()).versions).toEqual([{ fromMs: now, source: 'telemetry', model: 'm', region: 'eu' }]);
  });

  it('makes a new version when a release says so', async () => {
    await learn([inference({ model: 'm', modelVersion: '1' })]);
    await learn([
      { kind: 'deployment', action: 'released', deployment: 'chat', modelVersion: '2', timestamp: now + 5 },
    ]);

    expect(attributesAt(await chat(), now + 4).modelVersion).toBe('1');
    expect(attributesAt(await chat(), now + 5)).toEqual({ model: 'm', modelVersion: '2' });
  });

  it('does not make a version for each event when two versions serve side by side', async () => {
    for (let i = 0; i < 200; i++)
      await learn([inference({ modelVersion: String(i % 2), timestamp: now + i * MINUTE })], now + i * MINUTE);

    expect((await chat()).versions.length).toBeLessThanOrEqual(4);
  });

  it('reaches back when older events say the same', async () => {
    await learn([inference({ model: 'm' })]);
    await learn([inference({ model: 'm', timestamp: now - DAY })]);

    expect((await chat()).versions).toMatchObject([{ fromMs: now - DAY }]);
    expect((await chat()).firstSeenMs).toBe(now - DAY);
  });

  it('keeps versions sorted and bounded, and what was told untouched, whatever comes', async () => {
    const seen = fc.record({
      modelVersion: fc.constantFrom(undefined, '1', '2', '3'),
      region: fc.constantFrom(undefined, 'eu', 'us'),
      timestamp: fc.integer({ min: now - 40 * DAY, max: now }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(seen, { maxLength: 20 }), { maxLength: 10 }), async (rounds) => {
        const store = memoryDeploymentStore();
        await putDeployment({ deployments: store })(admin, 'chat', { region: 'told' }, now);
        for (const round of rounds)
          await learnDeployments({ deployments: store })(
            round.map(({ modelVersion, region, timestamp }) =>
              inference({ timestamp, ...(modelVersion && { modelVersion }), ...(region && { region }) }),
            ),
            now,
          );

        const deployment = (await store.get('chat'))!;
        const times = deployment.versions.map(({ fromMs }) => fromMs);

        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(times.length).toBeLessThanOrEqual(101);
        expect(attributesAt(deployment, now).region).toBe('told');
      }),
      { numRuns: 100 },
    );
  });
});

describe('the list', () => {
  it('names what has no owner and what nobody described', async () => {
    await put({ owner: 'ann' }, 'owned');
    await put({ team: 'ads' }, 'told');
    await learn([inference({ deployment: 'seen' })]);

    expect(await list()).toMatchObject({ unowned: ['seen', 'told'], undescribed: ['seen'] });
  });
});

describe('defaults', () => {
  it('fill what an event leaves open, as it was at its time', async () => {
    await put({ team: 'search', model: 'm', modelVersion: '1', effectiveFrom: now - DAY });
    await put({ team: 'ads', model: 'm', modelVersion: '2' });
    const complete = registryDefaults(await deployments.list());

    expect(complete(inference({ timestamp: now - 1 }))).toMatchObject({
      team: 'search',
      model: 'm',
      modelVersion: '1',
    });
    expect(complete(inference({ team: 'hr' }))).toMatchObject({ team: 'hr', modelVersion: '2' });
    expect(complete(inference({ model: 'other' }))).not.toHaveProperty('modelVersion');
  });

  it('leave events alone that say all or that nobody knows', () => {
    const event = inference({ team: 'a' });

    expect(withDefaults(event, { team: 'b' })).toBe(event);
    expect(registryDefaults([])(event)).toBe(event);
  });
});
