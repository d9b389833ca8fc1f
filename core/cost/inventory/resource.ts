import * as z from 'zod';

/** Something that costs by the hour, as the provider lists it. */
export const InventoryResource = z.object({
  /** Of an instance its id; of a variant of an endpoint `endpoint/variant`. */
  id: z.string(),
  kind: z.enum(['instance', 'endpoint']),
  /** What telemetry and configuration may call it: id, name, host name, address; of an endpoint its name. */
  names: z.array(z.string()),
  instanceType: z.string(),
  region: z.string(),
  account: z.string(),
  purchase: z.enum(['onDemand', 'spot']),
  /** Since when it runs, epoch milliseconds; of an endpoint since when there is one. */
  launchedMs: z.number(),
  tags: z.record(z.string(), z.string()),
  /** How many instances: 1, or as many as the variant of an endpoint has. */
  count: z.number().nonnegative(),
});
export type InventoryResource = z.infer<typeof InventoryResource>;

/** Families of EC2 with a GPU, Inferentia, Trainium or Gaudi, by the beginning of their types' names. As of 2026-11. */
const ACCELERATED = /^(p|g|gr|inf|trn|dl)\d/;

export const isAccelerated = (instanceType: string): boolean => ACCELERATED.test(instanceType);

/** Tags that find a deployment's resources, by deployment. */
export type TagsOfDeployments = Readonly<Record<string, Readonly<Record<string, string>>>>;

export const DEPLOYMENT_TAG = 'modelmeter:deployment';

/**
 * Whose a resource is: the deployments all of whose configured tags it has, else the one that its own tag
 * `modelmeter:deployment` names, else of an endpoint the one of its name. [] = nothing tells.
 */
export const deploymentsOf = (
  { kind, names, tags }: Pick<InventoryResource, 'kind' | 'names' | 'tags'>,
  tagged: TagsOfDeployments,
): string[] => {
  const found = Object.entries(tagged).flatMap(([deployment, wanted]) => {
    const all = Object.entries(wanted);
    return all.length > 0 && all.every(([key, value]) => tags[key] === value) ? [deployment] : [];
  });
  if (found.length > 0) return found;
  const named = tags[DEPLOYMENT_TAG];
  if (named) return [named];
  return kind === 'endpoint' ? names.slice(0, 1) : [];
};
