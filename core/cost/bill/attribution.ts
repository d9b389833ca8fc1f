import type { CostLabels } from '../entry.ts';
import type { BillLine } from './line.ts';

/** What a tag of a bill can say. */
export const TAGGED = ['team', 'project', 'environment', 'deployment', 'model'] as const;
export type Tagged = (typeof TAGGED)[number];

/** Keys of tags, in the order in which they are looked for; however they are capitalised. */
export const DEFAULT_TAG_KEYS: Readonly<Record<Tagged, readonly string[]>> = {
  team: ['team', 'business_unit', 'business-unit', 'cost-center', 'costcenter', 'owner-team'],
  project: ['project', 'application', 'app'],
  environment: ['environment', 'env', 'stage'],
  deployment: ['deployment', 'modelmeter:deployment'],
  model: ['model'],
};

/** Who and what a line is of. */
export type Attribution = (line: BillLine) => CostLabels;

export interface AttributionOptions {
  tagKeys: Readonly<Record<Tagged, readonly string[]>>;
  /** Deployments by name: a line with all of a deployment's tags, and there are some, is of it, with its attributes. */
  deployments: Readonly<Record<string, CostLabels & { tags?: Readonly<Record<string, string>> | undefined }>>;
}

/** By the tags of deployments first, then by tags that say it themselves; what a deployment says wins. */
export const attributionBy = ({ tagKeys, deployments }: AttributionOptions): Attribution => {
  const found = new WeakMap<object, CostLabels>();
  const known = Object.entries(deployments).flatMap(([deployment, { tags = {}, ...attributes }]) => {
    const wanted = Object.entries(tags);
    return wanted.length === 0 ? [] : [{ wanted, labels: { ...attributes, deployment } as CostLabels }];
  });
  const keys = TAGGED.map((name) => [name, tagKeys[name].map((key) => key.toLowerCase())] as const);

  return ({ tags }) => {
    const before = found.get(tags);
    if (before) return before;
    const byKey = new Map(Object.entries(tags).map(([key, value]) => [key.trim().toLowerCase(), value]));
    const said: CostLabels = {};
    for (const [name, names] of keys) {
      const key = names.find((each) => byKey.has(each));
      if (key !== undefined) said[name] = byKey.get(key)!;
    }
    const deployment = known.find(({ wanted }) => wanted.every(([key, value]) => tags[key] === value));
    const named = said.deployment === undefined ? undefined : deployments[said.deployment];
    const { tags: _, ...attributes } = named ?? {};
    const labels = { ...said, ...attributes, ...deployment?.labels };
    found.set(tags, labels);
    return labels;
  };
};
