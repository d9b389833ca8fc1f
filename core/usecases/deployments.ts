import { needRole } from '../access/roles.ts';
import { isTheirs } from '../access/teams.ts';
import { AppError } from '../errors.ts';
import type { Deployment, DeploymentAttributes, DeploymentStore, Principal } from '../ports.ts';
import { attributesAt, attributesOf } from '../registry/attributes.ts';
import { learned, sightingsOf } from '../registry/learned.ts';
import { mayTell } from '../registry/owners.ts';
import { blank, DeploymentInput, told } from '../registry/told.ts';
import { type Fault, schemaFaults, seen } from '../telemetry/door/fault.ts';
import { onlyTeam, teamFault } from '../telemetry/door/teams.ts';
import { readTimestamp } from '../telemetry/door/timestamp.ts';
import { name as DeploymentName, type ModelEvent } from '../telemetry/events.ts';
import { MINUTE } from '../telemetry/families.ts';

export { registryDefaults } from '../registry/attributes.ts';

interface Ports {
  deployments: DeploymentStore;
}

interface SightingPorts extends Ports {
  /** How far behind a stored time of a sighting may be, milliseconds. @default a minute */
  sightingsWithinMs?: number;
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

/**
 * The registry, by name: `unowned` have no owner now; of `undescribed` nobody ever said anything, they were only seen.
 * A bound caller sees the deployments that belong to its teams now.
 */
export const listDeployments =
  ({ deployments }: Ports) =>
  async (principal: Principal, nowMs: number) => {
    mayRead(principal);
    const all = await deployments.list();
    const stored = all.filter((deployment) => isTheirs(principal, attributesAt(deployment, nowMs).team));
    const answers = stored.map((deployment) => answerOf(deployment, nowMs));
    const names = (some: readonly { deployment: string }[]) => some.map(({ deployment }) => deployment);
    return {
      deployments: answers,
      unowned: names(answers.filter(({ owner }) => owner === undefined)),
      undescribed: names(stored.filter(({ versions }) => versions.every(({ source }) => source === 'telemetry'))),
    };
  };

/** One deployment of the registry. Throws AppError notFound where there is none of that name, or not of a bound caller's teams. */
export const getDeployment =
  ({ deployments }: Ports) =>
  async (principal: Principal, name: string, nowMs: number): Promise<DeploymentAnswer> => {
    mayRead(principal);
    const deployment = await deployments.get(name);
    if (!deployment || !isTheirs(principal, attributesAt(deployment, nowMs).team))
      throw new AppError('notFound', `no deployment is named ${seen(name)}; GET /v1/deployments lists those there are`);
    return answerOf(deployment, nowMs);
  };

const mayRead = ({ id, roles }: Principal): void => {
  if (roles.length === 0) throw new AppError('forbidden', `${id} has no role that may read`);
};

/**
 * Tells all attributes of a deployment, from `effectiveFrom` (default now) on; before that they stay as they were. A
 * bound caller tells of deployments of its teams and of nobody's, and gives none away.
 *
 * @throws AppError forbidden without the role, or of another team's deployment; invalidInput with the paths of wrong fields; tooLarge after MAX_TOLD versions
 */
export const putDeployment =
  ({ deployments }: Ports) =>
  async (principal: Principal, name: string, input: unknown, nowMs: number): Promise<DeploymentAnswer> => {
    needRole(principal, 'writer', 'change deployments');
    if (!isName(name))
      throw new AppError(
        'invalidInput',
        `a deployment's name has 1 to 256 characters, not only white space and none a control character, got ${seen(name)}`,
      );
    const { attributes: given, fromMs } = readInput(input, nowMs);
    const attributes = withOwner(principal, given);

    return inTurn(deployments, async (registry) => {
      const kept = await save(deployments, registry, name, (before) => {
        if (!mayTell(principal, before, fromMs))
          throw new AppError('forbidden', `${principal.id} may not change ${name}: it is, or was then, another team's`);
        const after = told(before, { ...attributes, fromMs, source: 'api' });
        if (after.versions.filter(({ source }) => source === 'api').length > MAX_TOLD)
          throw new AppError('tooLarge', `${name} has ${MAX_TOLD} versions already`);
        return after;
      });
      return answerOf(kept, nowMs);
    });
  };

/** The attributes with the team that a bound caller's deployments are of. Throws AppError invalidInput for another one. */
const withOwner = (principal: Principal, given: DeploymentAttributes): DeploymentAttributes => {
  const message = teamFault(given.team, principal);
  if (message !== undefined) throw invalid({ path: '/team', message });
  const team = given.team ?? onlyTeam(principal);
  return team === undefined ? given : { ...given, team };
};

const isName = (text: string): boolean => DeploymentName.safeParse(text).success && text.trim() !== '';

const readInput = (input: unknown, nowMs: number): { attributes: DeploymentAttributes; fromMs: number } => {
  const result = DeploymentInput.safeParse(input);
  if (!result.success) throw invalid(...schemaFaults(result.error, input, Object.keys(DeploymentInput.shape)));
  const { effectiveFrom, ...attributes } = result.data;
  const anyTime = { nowMs, maxAgeMs: nowMs, maxAheadMs: 366 * 24 * 60 * MINUTE, keepContent: false };
  const fromMs = readTimestamp(effectiveFrom, anyTime);
  if (typeof fromMs === 'string') throw invalid({ path: '/effectiveFrom', message: fromMs });
  return { attributes: defined(attributes), fromMs };
};

const invalid = (...faults: Fault[]) =>
  new AppError('invalidInput', faults.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; '), {
    problems: faults,
  });

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
        await save(deployments, registry, name, (before) => {
          const isFirst = !before.versions.some(({ source }) => source === 'configuration');
          return told(before, { ...attributes, fromMs: isFirst ? 0 : nowMs, source: 'configuration' });
        });
      }
    });

/**
 * Adds to the registry what events teach about their deployments: new ones, attributes not known yet, new versions.
 * Writes only where there is such news; when they were seen is kept in mind until `saveSightings`.
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
        if (known !== undefined && expected.versions === known.versions) {
          if (!registry.unsaved.has(name)) registry.unsaved.set(name, { ...seenOf(known), sinceMs: nowMs });
          registry.known.set(name, expected);
          continue;
        }
        // Another process may have told something since: learned again from what the store says then.
        await save(deployments, registry, name, (before) => withSeen(learned(before, said), expected));
      }
    });
  };

/**
 * Writes when deployments were seen, where what is stored of that is `sightingsWithinMs` or more behind, or has been behind
 * for that long: at most once for each deployment that was seen since the last call.
 *
 * @param nowMs epoch ms of the call; the same clock as that of `learnDeployments`
 */
export const saveSightings =
  ({ deployments, sightingsWithinMs = MINUTE }: SightingPorts) =>
  (nowMs: number): Promise<void> =>
    inTurn(deployments, async (registry) => {
      for (const [name, { firstSeenMs = 0, lastSeenMs = 0, sinceMs }] of registry.unsaved) {
        const known = registry.known.get(name)!;
        const movedMs = Math.max(known.lastSeenMs! - lastSeenMs, firstSeenMs - known.firstSeenMs!);
        if (movedMs < sightingsWithinMs && nowMs - sinceMs < sightingsWithinMs) continue;
        await save(deployments, registry, name, (before) => withSeen(before, known));
      }
    });

/** Changes an entry as it is in the store at that moment; one that stays the same is not written. Answers the entry as it is then. */
const save = async (
  deployments: DeploymentStore,
  registry: Registry,
  name: string,
  change: (before: Deployment) => Deployment,
): Promise<Deployment> => {
  let kept = blank(name);
  let isChanged = false;
  await deployments.update(name, (stored) => {
    const before = stored ?? blank(name);
    const after = change(before);
    isChanged = after !== before;
    kept = withSeen(after, registry.known.get(name));
    return isChanged ? kept : undefined;
  });
  if (isChanged) {
    registry.known.set(name, kept);
    registry.unsaved.delete(name);
  }
  return kept;
};

type Seen = Pick<Deployment, 'firstSeenMs' | 'lastSeenMs'>;

const seenOf = ({ firstSeenMs, lastSeenMs }: Deployment): Seen => ({
  ...(firstSeenMs !== undefined && { firstSeenMs }),
  ...(lastSeenMs !== undefined && { lastSeenMs }),
});

/** The deployment as one that was also seen when another entry of it says; each may know of what the other does not. */
const withSeen = (deployment: Deployment, other: Deployment | undefined): Deployment => {
  if (other?.firstSeenMs === undefined || other.lastSeenMs === undefined) return deployment;
  const { firstSeenMs = other.firstSeenMs, lastSeenMs = other.lastSeenMs } = deployment;
  return {
    ...deployment,
    firstSeenMs: Math.min(firstSeenMs, other.firstSeenMs),
    lastSeenMs: Math.max(lastSeenMs, other.lastSeenMs),
  };
};

/** What this process knows of a store: what is in it, and of what it saw since, what the store says and since when. */
interface Registry {
  known: Map<string, Deployment>;
  unsaved: Map<string, Seen & { sinceMs: number }>;
  isLoaded: boolean;
  turn: Promise<unknown>;
}

const registries = new WeakMap<DeploymentStore, Registry>();

/** Changes of one store read, decide and write; one after the other, so that none undoes another. */
const inTurn = <T>(store: DeploymentStore, change: (registry: Registry) => Promise<T>): Promise<T> => {
  let registry = registries.get(store);
  if (!registry) {
    registry = { known: new Map(), unsaved: new Map(), isLoaded: false, turn: Promise.resolve() };
    registries.set(store, registry);
  }
  const mine = registry;
  const result = mine.turn.then(() => change(mine));
  mine.turn = result.catch(() => undefined);
  return result;
};
