import type { BatchContent } from '../batch.ts';
import { type DoorOptions, Unusable } from '../decoded.ts';
import { DIMENSIONS } from '../otlp/dimensions.ts';
import { seen } from './fault.ts';

type Bound = Pick<DoorOptions, 'teams'>;
type Attributes = Readonly<Record<string, unknown>>;

/**
 * What is wrong with the team that an item names, when its sender is bound to teams; undefined = nothing. A sender of
 * one team need not name it: see `onlyTeam`.
 *
 * @param said undefined = the item names none
 */
export const teamFault = (said: unknown, { teams = [] }: Bound): string | undefined => {
  if (teams.length === 0 || teams.includes(said as string)) return undefined;
  if (said === undefined) {
    if (teams.length === 1) return undefined;
    return `required: one of ${teams.join(', ')}, the teams that the sender is bound to`;
  }
  return `expected ${teams.length === 1 ? '' : 'one of '}${teams.join(', ')}, to which the sender is bound, got ${seen(said)}`;
};

/** The team of items that name none: the only one that their sender is bound to; undefined where there is no such. */
export const onlyTeam = ({ teams = [] }: Bound): string | undefined => (teams.length === 1 ? teams[0] : undefined);

/**
 * Labels or attributes with the team that their item is of, where that is not said but known.
 *
 * @param of.said the team that the item names; undefined = none
 * @param of.path of the labels or attributes, for the Unusable that is thrown when their sender may not name that team
 */
export const withTeam = <T extends Attributes>(values: T, of: { said: unknown; path: string; options: Bound }): T => {
  const { said, path, options } = of;
  const fault = teamFault(said, options);
  if (fault !== undefined) throw new Unusable(path, `team: ${fault}`);
  const team = said === undefined ? onlyTeam(options) : undefined;
  return team === undefined ? values : { ...values, team };
};

/** The team that a span or a log record names, of its own attributes before its resource's; undefined = none. */
export const teamSaid = (...attributes: readonly Attributes[]): unknown => {
  for (const all of attributes) for (const alias of DIMENSIONS.team) if ((all[alias] ?? '') !== '') return all[alias];
  return undefined;
};

/** Is every item of one of these teams? What a decoder was told of its sender's teams makes it so. */
export const isAllOf = ({ events, samples, spans, logs }: BatchContent, teams: readonly string[]): boolean => {
  const isOf = (team: unknown) => teams.includes(team as string);
  return (
    events.every(({ team }) => isOf(team)) &&
    samples.every(({ labels }) => isOf(labels.team)) &&
    [...spans, ...logs].every(({ attributes, resource }) => isOf(teamSaid(attributes, resource)))
  );
};
