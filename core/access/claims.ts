import type { Principal } from '../ports.ts';
import { ROLES, type Role } from './roles.ts';
import { TeamName } from './teams.ts';

/** What a token says, once its signature was checked. */
export type Claims = Readonly<Record<string, unknown>>;

/** Scopes of ours in a token, such as `modelmeter/reader`: what its bearer was lent of the person's roles. */
const SCOPE = 'modelmeter/';
/** In the claim of roles, where groups are of both kinds: `team:search`. */
const TEAM = 'team:';
const ALL_TEAMS = '*';

/**
 * Whom a token speaks for; undefined = nobody that may do anything.
 *
 * - Roles: admin, writer, reader in the claim of roles; its other values are left out. Scopes of ours, when a token has
 *   any, leave only the roles that they name.
 * - Teams: the claim of teams (a list, or a text with commas), and `team:<name>` in the claim of roles. `*` = all teams.
 *   A token without any team is nobody's, an admin's too: whoever is bound to teams would only have to ask for a token
 *   that does not say so (of Cognito the access token, which has no attributes) to see everything.
 *
 * @param names of the claims: a claim of that very name, or a path such as `realm_access.roles`
 */
export const principalOfClaims = (claims: Claims, names: { roles: string; teams: string }): Principal | undefined => {
  const { sub } = claims;
  const groups = textsOf(claimAt(claims, names.roles));
  const roles = lent(
    ROLES.filter((role) => groups.includes(role)),
    claims.scope,
  );
  const inGroups = groups.flatMap((group) => (group.startsWith(TEAM) ? group.slice(TEAM.length) : []));
  const said = names.teams === names.roles ? [] : textsOf(claimAt(claims, names.teams));
  const teams = [...new Set([...said, ...inGroups])];
  if (typeof sub !== 'string' || sub === '' || roles.length === 0) return undefined;
  const id = `oidc-${sub}`;
  if (teams.includes(ALL_TEAMS)) return { id, roles, teams: [] };
  const valid = teams.filter((team) => TeamName.safeParse(team).success).sort();
  return valid.length === 0 ? undefined : { id, roles, teams: valid };
};

const claimAt = (claims: Claims, name: string): unknown => {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name.split('.').reduce<unknown>((inside, part) => {
    const isThere = typeof inside === 'object' && inside !== null && Object.hasOwn(inside, part);
    return isThere ? (inside as Claims)[part] : undefined;
  }, claims);
};

/** A list of texts, or one text with commas between them. Anything else says nothing. */
const textsOf = (claim: unknown): string[] => {
  const texts = Array.isArray(claim) ? claim : typeof claim === 'string' ? claim.split(',') : [];
  return texts.filter((text) => typeof text === 'string').map((text) => text.trim());
};

const lent = (roles: readonly Role[], scope: unknown): Role[] => {
  const scopes = typeof scope === 'string' ? scope.split(' ').filter((each) => each.startsWith(SCOPE)) : [];
  if (scopes.length === 0) return [...roles];
  const all = roles.includes('admin') ? ROLES : roles;
  return all.filter((role) => scopes.includes(SCOPE + role));
};
