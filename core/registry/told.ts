import * as z from 'zod';
import type { Deployment, DeploymentAttributes, DeploymentVersion } from '../ports.ts';
import { name as text } from '../telemetry/events.ts';
import { attributesOf, versionAt } from './attributes.ts';

/** What can be told of a deployment. */
export const DeploymentInput = z
  .strictObject({
    model: text.optional(),
    modelVersion: text.optional(),
    variant: text.optional().describe('A/B variant'),
    owner: text.optional().describe('whom to ask and to wake: a person or a group'),
    team: text.optional().describe('who pays where a call does not say who used it'),
    project: text.optional(),
    environment: text.optional().describe('for example production, staging'),
    provider: text.optional().describe('for example aws.bedrock, aws.sagemaker, vllm'),
    account: text.optional(),
    region: text.optional(),
    instanceType: text.optional(),
    effectiveFrom: z
      .union([z.number(), z.string()])
      .optional()
      .describe('ISO 8601 or epoch milliseconds from which on this holds; when absent, now'),
  })
  .describe('All that is told of a deployment: it replaces what was told before, from `effectiveFrom` on.');

export const ATTRIBUTE_NAMES = Object.keys(
  DeploymentInput.omit({ effectiveFrom: true }).shape,
) as (keyof DeploymentAttributes)[];

export const blank = (deployment: string): Deployment => ({ deployment, versions: [] });

/** Versions sorted by time; at one time in the order they were added. */
export const sorted = (versions: readonly DeploymentVersion[]): DeploymentVersion[] =>
  versions.toSorted((a, b) => a.fromMs - b.fromMs);

const isSame = (a: DeploymentAttributes, b: DeploymentAttributes): boolean =>
  ATTRIBUTE_NAMES.every((name) => a[name] === b[name]);

/**
 * A deployment of which something was told. Earlier versions stay, so what happened before keeps its attributes.
 * Telling what holds already changes nothing and returns the same deployment; telling something else for the very same
 * time corrects it.
 */
export const told = (deployment: Deployment, version: DeploymentVersion): Deployment => {
  const before = versionAt(deployment, version.source, version.fromMs);
  if (before && isSame(attributesOf(before), version)) return deployment;
  const others = deployment.versions.filter(
    ({ source, fromMs }) => source !== version.source || fromMs !== version.fromMs,
  );
  return { ...deployment, versions: sorted([...others, version]) };
};
