import type { Deployment, DeploymentAttributes, DeploymentVersion } from '../ports.ts';
import { EVENT_KINDS, EVENT_SCHEMAS, type EventKind, type ModelEvent } from '../telemetry/events.ts';

/** What the API says beats what the configuration says, and both beat what telemetry suggests. */
const SOURCES: readonly DeploymentVersion['source'][] = ['telemetry', 'configuration', 'api'];

/** The version of one source in effect at a time; undefined before its first. */
export const versionAt = (
  { versions }: Deployment,
  source: DeploymentVersion['source'],
  timeMs: number,
): DeploymentVersion | undefined =>
  versions.findLast((version) => version.source === source && version.fromMs <= timeMs);

/** The attributes alone: without when they hold and who says so. */
export const attributesOf = ({ fromMs: _, source: __, ...attributes }: DeploymentVersion): DeploymentAttributes =>
  attributes;

/** What was true of a deployment at a time (epoch ms): each attribute by the most trusted source that says it. */
export const attributesAt = (deployment: Deployment, timeMs: number): DeploymentAttributes =>
  Object.assign(
    {},
    ...SOURCES.map((source) => versionAt(deployment, source, timeMs)).map(
      (version) => version && attributesOf(version),
    ),
  );

/** What an event takes from its deployment when it does not say it itself. */
const DEFAULTED = ['team', 'project', 'model', 'environment', 'provider', 'account', 'region'] as const;
/** These belong to a model, so they are taken only by an event of the same model. */
const DEFAULTED_WITH_MODEL = ['modelVersion', 'variant'] as const;

type Name = (typeof DEFAULTED)[number] | (typeof DEFAULTED_WITH_MODEL)[number];
const namesOf = (kind: EventKind, names: readonly Name[]) => names.filter((name) => name in EVENT_SCHEMAS[kind].shape);
const NAMES = new Map(
  EVENT_KINDS.map((kind) => [kind, { any: namesOf(kind, DEFAULTED), sameModel: namesOf(kind, DEFAULTED_WITH_MODEL) }]),
);

/** The event with what it leaves open filled from its deployment's attributes; the same event when there is nothing to fill. */
export const withDefaults = (event: ModelEvent, attributes: DeploymentAttributes): ModelEvent => {
  const { any, sameModel } = NAMES.get(event.kind)!;
  const given: Partial<Record<Name, string>> = event as Partial<Record<Name, string>>;
  let filled: Partial<Record<Name, string>> | undefined;
  const fill = (name: Name) => {
    const value = attributes[name];
    if (value === undefined || given[name] !== undefined) return;
    filled ??= { ...given };
    filled[name] = value;
  };
  for (const name of any) fill(name);
  if (given.model === undefined || given.model === attributes.model) for (const name of sameModel) fill(name);
  return (filled as ModelEvent | undefined) ?? event;
};

/** Fills events from a registry, by the deployment that they name and the time they happened. */
export const registryDefaults = (deployments: readonly Deployment[]): ((event: ModelEvent) => ModelEvent) => {
  const stretches = new Map(deployments.map((deployment) => [deployment.deployment, stretchesOf(deployment)]));
  return (event) => {
    if (event.deployment === undefined) return event;
    const attributes = stretches.get(event.deployment)?.findLast(({ fromMs }) => fromMs <= event.timestamp)?.attributes;
    return attributes === undefined ? event : withDefaults(event, attributes);
  };
};

/** Attributes by stretches of time in which nothing changes, oldest first. */
const stretchesOf = (deployment: Deployment) =>
  [...new Set(deployment.versions.map(({ fromMs }) => fromMs))].map((fromMs) => ({
    fromMs,
    attributes: attributesAt(deployment, fromMs),
  }));
