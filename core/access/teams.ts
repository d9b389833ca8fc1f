import { AppError } from '../errors.ts';
import type { Principal } from '../ports.ts';
import type { Filter } from '../query/filter.ts';
import { OTHER } from '../rollups/cardinality.ts';
import { name } from '../telemetry/events.ts';

/**
 * What a caller may be bound to: a name, but not the one that teams over the limit of cardinality are folded into, since
 * whoever were bound to that would see those of everybody.
 */
export const TeamName = name.refine((team) => team !== OTHER, `${OTHER} is no team's name`);

/** Is the caller bound to teams, so that it sees and sends only what is theirs? */
export const isBound = ({ teams }: Principal): boolean => teams.length > 0;

/** Is this something of the caller's teams? `undefined` and `''` are of no team. */
export const isTheirs = (principal: Principal, team: string | undefined): boolean =>
  !isBound(principal) || (team !== undefined && theirTeams(principal).includes(team));

/** The condition that every question of a bound caller has, too; undefined = it sees everything. */
export const teamFilter = (principal: Principal): Filter | undefined =>
  isBound(principal) ? { name: 'team', operator: 'in', values: theirTeams(principal) } : undefined;

/** Throws AppError forbidden for a bound caller: what it asks for is kept of all teams together. */
export const needAllTeams = (principal: Principal, doing: string): void => {
  if (isBound(principal))
    throw new AppError('forbidden', `${principal.id} may not ${doing}: ${boundTo(principal)}, and it holds all teams'`);
};

/** For messages: `it is bound to the team search`. */
export const boundTo = ({ teams }: Principal): string =>
  `it is bound to the ${teams.length === 1 ? 'team' : 'teams'} ${teams.join(', ')}`;

/** Whatever made the principal: never what is of no team, nor what is folded together. */
const theirTeams = ({ teams }: Principal): string[] => teams.filter((team) => team !== '' && team !== OTHER);
