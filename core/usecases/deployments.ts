import { AppError } from '../errors.ts';
import type { Deployment, DeploymentAttributes, DeploymentStore, Principal } from '../ports.ts';
import { attributesAt, attributesOf } from '../registry/attributes.ts';
import { learned, sightingsOf } from '../registry/learned.ts';
import { blank, DeploymentInput, told } from '../registry/told.ts';
import { schemaFault } from '../telemetry/door/fault.ts';
import { readTimestamp } from '../telemetry/door/timestamp.ts';
import type { ModelEvent } from '../telemetry/events.ts';
import { MINUTE } from '../telemetry/families.ts';

export { registryDefaults } from '../registry/attributes.ts';

interface Ports {
  deployments: DeploymentStore;
}

/** What a deployment should say of itself; what it does not is listed as missing. */
const EXPECTED = ['owner', 'team', 'project', 'environment', 'provider', 'model'] as const;
/** Versions that were told of one deployment. */
const MAX_TOLD = 1_000;
/** Deployments learned from telemetry alone: beyond it names are more likely request ids than deployments. */
const MAX_LEARNED = 10_000;

/** One deployment as the API answers it. Times are ISO 8601; attributes are those of now. */
export interface DeploymentAnswer extends DeploymentAttributes {
  deployment: string;
  firstSeen?: string;
  lastSeen?: string;
  /** Oldest first. */
  versions: (DeploymentAttributes & { from: string; source: string })[];
  missing: string[];
}

const iso = (ms: number) => new Date(ms).toISOString();

const answerOf = (deployment: Deployment, nowMs: number): DeploymentAnswer => {
  const { firstSeenMs, lastSeenMs, versions } = deployment;
  const attributes = attributesAt(deployment, nowMs);
  return {
    deployment: deployment.deployment,
    ...attributes,
    ...(firstSeenMs !== undefined && { firstSeen: iso(firstSeenMs) }),
    ...(lastSeenMs !== undefined && { lastSeen: iso(lastSeenMs) }),
    versions: versions.map((version) => ({
      from: iso(version.fromMs),
      source: version.source,
      ...attributesOf(version),
    })),
    missing: EXPECTED.filter((name) => attributes[name] === undefined),
  };
};

/** The registry, by name: `unowned` have no owner now; of `undescribed` nobody ever said anything, they were only seen. */
export const listDeployments =
  ({ deployments }: Ports) =>
  async (principal: Principal, nowMs: number) => {
    if (principal.roles.length === 0) throw new AppError('forbidden', `${principal.id} has no role that may read`);
    const stored = await deployments.list();
    const answers = stored.map((deployment) => answerOf(deployment, nowMs));
    const names = (some: readonly { deployment: string }[]) => some.map(({ deployment }) => deployment);
    return {
      deployments: answers,
      unowned: names(answers.filter(({ owner }) => owner === undefined)),
      undescribed: names(stored.filter(({ versions }) => versions.every(({ source }) => source === 'telemetry'))),
    };
  };

/**
 * Tells all attributes of a deployment, from `effectiveFrom` (default now) on; before that they stay as they were.
 *
 * @throws AppError forbidden; invalidInput with the paths of wrong fields; tooLarge after MAX_TOLD versions
 */
export const putDeployment =
  ({ deployments }: Ports) =>
  async (principal: Principal, name: string, input: unknown, nowMs: number): Promise<DeploymentAnswer> => {
    if (!principal.roles.some((role) => role === 'writer' || role === 'admin'))
      throw new AppError('forbidden', `${principal.id} may not change deployments: it needs the role writer`);
    if (name.length === 0 || name.length > 256)
      throw new AppError('invalidInput', `a deployment's name has 1 to 256 characters, got ${name.length}`);
    const { attributes, fromMs } = readInput(input, nowMs);

    return inTurn(deployments, async (registry) => {
      const before = (await deployments.get(name)) ?? blank(name);
      const after = told(before, { ...attributes, fromMs, source: 'api' });
      if (after.versions.filter(({ source }) => source === 'api').length > MAX_TOLD)
        throw new AppError('tooLarge', `${name} has ${MAX_TOLD} versions already`);
      if (after !== before) await deployments.put(after);
      registry.known.set(name, after);
      return answerOf(after, nowMs);
    });
  };

const readInput = (input: unknown, nowMs: number): { attributes: DeploymentAttributes; fromMs: number } => {
  const result = DeploymentInput.safeParse(input);
  if (!result.success) throw invalid(schemaFault(result.error, input));
  const { effectiveFrom, ...attributes } = result.data;
  const anyTime = { nowMs, maxAgeMs: nowMs, maxAheadMs: 366 * 24 * 60 * MINUTE, keepContent: false };
  const fromMs = readTimestamp(effectiveFrom, anyTime);
  if (typeof fromMs === 'string') throw invalid({ path: '/effectiveFrom', message: fromMs });
  return { attributes: defined(attributes), fromMs };
};

const invalid = (fault: { path: string; message: string }) =>
  new AppError('invalidInput', `${fault.path}: ${fault.message}`, { problems: [fault] });

const defined = (attributes: { [Name in keyof DeploymentAttributes]: string | undefined }): DeploymentAttributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));

/**
 * Tells what the configuration says, at every start: what it says first holds for all time, what it says anew from now on.
 * Writes only what changed.
 */
export const configureDeployments =
  ({ deployments }: Ports) =>
  (configured: Readonly<Record<string, DeploymentAttributes>>, nowMs: number): Promise<void> =>
    inTurn(deployments, async (registry) => {
      for (const [name, attributes] of Object.entries(configured)) {
        const before = (await deployments.get(name)) ?? blank(name);
        const isFirst = !before.versions.some(({ source }) => source === 'configuration');
        const after = told(before, { ...attributes, fromMs: isFirst ? 0 : nowMs, source: 'configuration' });
        if (after === before) continue;
        await deployments.put(after);
        registry.known.set(name, after);
      }
    });

/**
 * Adds to the registry what events teach about their deployments: new ones, attributes not known yet, new versions.
 * Writes when there is something new to say, and when a deployment was last seen at most once a minute.
 *
 * @param nowMs epoch ms of the call, for that minute
 */
export const learnDeployments =
  ({ deployments }: Ports) =>
  async (seen: readonly ModelEvent[], nowMs: number): Promise<void> => {
    const sightings = sightingsOf(seen);
    if (sightings.size === 0) return;
    await inTurn(deployments, async (registry) => {
      if (!registry.isLoaded) for (const known of await deployments.list()) registry.known.set(known.deployment, known);
      registry.isLoaded = true;
      for (const [name, said] of sightings) {
        const known = registry.known.get(name);
        if (!known && registry.known.size >= MAX_LEARNED) continue;
        const expected = learned(known ?? blank(name), said);
        if (expected === known) continue;
        const isDescribed = known !== undefined && expected.versions === known.versions;
        if (isDescribed && nowMs - (registry.savedMs.get(name) ?? 0) < MINUTE) {
          registry.known.set(name, expected);
          continue;
        }
        // Another process may have told something since: read again before writing.
        const fresh = learned((await deployments.get(name)) ?? blank(name), said);
        const { firstSeenMs, lastSeenMs } = expected;
        const after = {
          ...fresh,
          ...(firstSeenMs !== undefined && { firstSeenMs }),
          ...(lastSeenMs !== undefined && { lastSeenMs }),
        };
        await deployments.put(after);
        registry.known.set(name, after);
        registry.savedMs.set(name, nowMs);
      }
    });
  };

/** What this process knows of a store: what is in it, and when it last saved what it saw. */
interface Registry {
  known: Map<string, Deployment>;
  savedMs: Map<string, number>;
  isLoaded: boolean;
  turn: Promise<unknown>;
}

const registries = new WeakMap<DeploymentStore, Registry>();

/** Changes of one store read, decide and write; one after the other, so that none undoes another. */
const inTurn = <T>(store: DeploymentStore, change: (registry: Registry) => Promise<T>): Promise<T> => {
  let registry = registries.get(store);
  if (!registry) {
    registry = { known: new Map(), savedMs: new Map(), isLoaded: false, turn: Promise.resolve() };
    registries.set(store, registry);
  }
  const mine = registry;
  const result = mine.turn.then(() => change(mine));
  mine.turn = result.catch(() => undefined);
  return result;
};
