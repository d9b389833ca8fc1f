import type { Config } from '../core/config.ts';

export const CHOICES = ['team', 'project', 'deployment'] as const;
export type Choice = (typeof CHOICES)[number];

/**
 * CloudWatch knows no teams and no projects: its metrics of models name a model or an endpoint. So a choice is a term that
 * a search is narrowed by, made of the configuration's deployments. Nobody is called `anyteam`, so this one narrows nothing;
 * it must not hold what a regular expression takes for a sign, since a dashboard finds it by one.
 */
export const ANY: Readonly<Record<Choice, string>> = {
  team: 'NOT anyteam',
  project: 'NOT anyproject',
  deployment: 'NOT anydeployment',
};

/** Three of them and what else a search says stay within what CloudWatch takes. */
const MAX_TERM = 250;

/**
 * The values that one may choose, by name: those of the configuration. One with so many models that a search would be too
 * long is left out.
 */
export const valuesOf = (choice: Choice, deployments: Config['deployments']): { label: string; value: string }[] => {
  const models = new Map<string, Set<string>>();
  for (const [deployment, attributes] of Object.entries(deployments)) {
    const label = choice === 'deployment' ? deployment : attributes[choice];
    if (label === undefined) continue;
    const names = models.get(label) ?? new Set();
    models.set(label, names.add(deployment));
    if (attributes.model !== undefined) names.add(attributes.model);
  }
  return [...models]
    .map(([label, names]) => ({ label, value: [...names].map(wordsOf).join(' OR ') }))
    .filter(({ value }) => value.length <= MAX_TERM)
    .sort((a, b) => (a.label < b.label ? -1 : 1));
};

/** A name as the words that CloudWatch takes it apart into: so it needs no quotation marks, which a variable cannot have. */
const wordsOf = (name: string): string =>
  `(${name
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
    .join(' ')})`;
