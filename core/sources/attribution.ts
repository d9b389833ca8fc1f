import { name } from '../telemetry/events.ts';

/** Names that tags go by, for what events can be attributed to; letter case and a prefix `modelmeter:` do not matter. */
const NAMES = {
  deployment: ['deployment'],
  modelVersion: ['modelversion', 'model_version', 'model-version'],
  variant: ['variant'],
  team: ['team', 'teamname', 'team_name', 'team-name'],
  project: ['project', 'projectname', 'project_name', 'project-name'],
  environment: ['environment', 'env', 'stage'],
  client: ['client', 'clientid', 'client_id', 'client-id'],
} as const;

export type Attribution = Partial<Record<keyof typeof NAMES, string>>;

const FIELD_OF: ReadonlyMap<string, keyof Attribution> = new Map(
  Object.entries(NAMES).flatMap(([field, names]) => names.map((tag) => [tag, field as keyof Attribution] as const)),
);

/**
 * What tags of a resource or of a request say about who used it and where, and the other tags. A value that cannot be a name (empty,
 * longer than 256 characters, with control characters) stays among the others. Of two tags for one field the first counts.
 */
export const attributionOf = (
  tags: Readonly<Record<string, string>>,
): { attribution: Attribution; others: Record<string, string> } => {
  const attribution: Attribution = {};
  const others: Record<string, string> = {};
  for (const [tag, value] of Object.entries(tags)) {
    const field = FIELD_OF.get(tag.toLowerCase().replace(/^modelmeter[:.]/, ''));
    if (field !== undefined && attribution[field] === undefined && name.safeParse(value).success)
      attribution[field] = value;
    else others[tag] = value;
  }
  return { attribution, others };
};
