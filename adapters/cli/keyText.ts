import type { ApiKeyFacts } from '../../core/usecases/apiKeys.ts';
import { table } from './table.ts';

/** ISO 8601. */
export const time = (ms: number): string => new Date(ms).toISOString();

/** A key as `--json` shows it. */
export const keyJson = ({ id, name, roles, teams, createdMs, expiresMs, revokedMs }: ApiKeyFacts) => ({
  id,
  name,
  roles,
  teams,
  created: time(createdMs),
  ...(expiresMs !== undefined && { expires: time(expiresMs) }),
  ...(revokedMs !== undefined && { revoked: time(revokedMs) }),
});

const day = (ms: number | undefined): string => (ms === undefined ? '' : time(ms).slice(0, 10));

/** Keys as a table. */
export const keyTable = (keys: readonly (ApiKeyFacts & { state: string })[]): string => table(HEADER, keys.map(rowOf));

const HEADER = ['id', 'name', 'roles', 'teams', 'created', 'expires', 'state'];
const rowOf = (key: ApiKeyFacts & { state: string }): string[] => [
  key.id,
  key.name,
  key.roles.join(', '),
  key.teams.join(', ') || '(all)',
  day(key.createdMs),
  day(key.expiresMs) || 'never',
  key.state === 'revoked' ? `revoked ${day(key.revokedMs)}` : key.state,
];

/** What a key is for, for people. */
export const keySentence = ({ name, roles, teams, expiresMs }: ApiKeyFacts): string => {
  const of =
    teams.length === 0 ? 'for all teams' : `bound to ${teams.length === 1 ? 'team' : 'teams'} ${teams.join(', ')}`;
  return `${name}, ${roles.join(' and ')}, ${of}, ${expiresMs === undefined ? 'never expires' : `valid until ${time(expiresMs)}`}`;
};
