import type { Principal } from '../ports.ts';
import { needRole } from './roles.ts';
import { needAllTeams } from './teams.ts';

/** Throws AppError forbidden unless the caller may have everything as it was sent: files of it tell no teams apart. */
export const mayExport = (principal: Principal): void => {
  needRole(principal, 'reader', 'read what was sent');
  needAllTeams(principal, 'export');
};
