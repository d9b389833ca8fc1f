import type { Deployment, DeploymentAttributes, DeploymentVersion } from '../ports.ts';
import type { ModelEvent } from '../telemetry/events.ts';
import { HOUR } from '../telemetry/families.ts';
import { attributesOf, versionAt } from './attributes.ts';
import { sorted } from './told.ts';

/**
 * What events may teach about their deployment. Not owner, team or project: who used a model is not who owns it.
 */
const LEARNABLE = [
  'model',
  'modelVersion',
  'variant',
  'environment',
  'provider',
  'account',
  'region',
  'instanceType',
] as const;
type Learnable = Pick<DeploymentAttributes, (typeof LEARNABLE)[number]>;

/** What some events said of one deployment, all the same, and from when to when. */
export interface Sighting {
  attributes: Learnable;
  /** A release says which version runs from now on; other events may be stragglers or of a canary. */
  isRelease: boolean;
  firstMs: number;
  lastMs: number;
}

/**
 * Another value than before makes a new version only this long after the last: two model versions that serve side by
 * side would otherwise make one for each event.
 */
const MIN_BETWEEN_VERSIONS_MS = HOUR;
/** Learned versions of one deployment; the oldest go first. */
const MAX_VERSIONS = 100;
/** Different sightings of one deployment in one round; what more there is will come again. */
const MAX_SIGHTINGS = 32;

/** What events say of the deployments they name, by deployment. */
export const sightingsOf = (events: readonly ModelEvent[]): Map<string, Sighting[]> => {
  const found = new Map<string, Sighting[]>();
  for (const event of events) {
    if (event.deployment === undefined) continue;
    const sightings = found.get(event.deployment) ?? [];
    found.set(event.deployment, sightings);
    const isRelease = event.kind === 'deployment' && event.action !== 'stopped';
    const said = event as Learnable;
    const known = sightings.find((sighting) => sighting.isRelease === isRelease && says(sighting.attributes, said));
    if (known) {
      known.firstMs = Math.min(known.firstMs, event.timestamp);
      known.lastMs = Math.max(known.lastMs, event.timestamp);
    } else if (sightings.length < MAX_SIGHTINGS)
      sightings.push({ attributes: pick(said), isRelease, firstMs: event.timestamp, lastMs: event.timestamp });
  }
  return found;
};

const says = (a: Learnable, b: Learnable): boolean => {
  for (const name of LEARNABLE) if (a[name] !== b[name]) return false;
  return true;
};

const pick = (event: Learnable): Learnable =>
  Object.fromEntries(LEARNABLE.filter((name) => event[name] !== undefined).map((name) => [name, event[name]]));

/** A deployment that was seen: the same one when there is nothing new in it. Never touches what was told. */
export const learned = (deployment: Deployment, sightings: readonly Sighting[]): Deployment =>
  sightings.toSorted((a, b) => a.firstMs - b.firstMs).reduce(learnOne, deployment);

const learnOne = (deployment: Deployment, sighting: Sighting): Deployment => {
  const { firstSeenMs = Number.POSITIVE_INFINITY, lastSeenMs = Number.NEGATIVE_INFINITY } = deployment;
  const versions = versionsWith(deployment, sighting);
  if (versions === deployment.versions && sighting.firstMs >= firstSeenMs && sighting.lastMs <= lastSeenMs)
    return deployment;
  return {
    ...deployment,
    versions,
    firstSeenMs: Math.min(firstSeenMs, sighting.firstMs),
    lastSeenMs: Math.max(lastSeenMs, sighting.lastMs),
  };
};

const versionsWith = (deployment: Deployment, { attributes, isRelease, firstMs }: Sighting): DeploymentVersion[] => {
  const { versions } = deployment;
  if (Object.keys(attributes).length === 0) return versions;
  const learnt = versions.filter(({ source }) => source === 'telemetry');
  const current = versionAt(deployment, 'telemetry', firstMs);
  const next = learnt.find(({ fromMs }) => fromMs > firstMs);

  const base = current ?? next;
  if (base && agrees(base, attributes)) {
    const wider = { ...base, ...attributes, fromMs: Math.min(base.fromMs, firstMs) };
    const isNews = wider.fromMs !== base.fromMs || !agreesFully(base, attributes);
    return isNews ? sorted(versions.map((version) => (version === base ? wider : version))) : versions;
  }
  const isSettled =
    (!current || firstMs - current.fromMs >= MIN_BETWEEN_VERSIONS_MS) &&
    (!next || next.fromMs - firstMs >= MIN_BETWEEN_VERSIONS_MS);
  if (!isSettled && !isRelease) return versions;
  const fresh: DeploymentVersion = {
    ...(current && attributesOf(current)),
    ...attributes,
    fromMs: firstMs,
    source: 'telemetry',
  };
  const kept = learnt.length >= MAX_VERSIONS ? versions.filter((version) => version !== learnt[0]) : versions;
  return sorted([...kept.filter((version) => version !== current || current.fromMs !== firstMs), fresh]);
};

/** Nothing said differs from what is known; what is not known yet agrees. */
const agrees = (known: Learnable, said: Learnable): boolean =>
  LEARNABLE.every((name) => said[name] === undefined || known[name] === undefined || said[name] === known[name]);

const agreesFully = (known: Learnable, said: Learnable): boolean =>
  LEARNABLE.every((name) => said[name] === undefined || said[name] === known[name]);
