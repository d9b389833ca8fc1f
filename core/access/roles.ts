import { AppError } from '../errors.ts';
import type { Principal } from '../ports.ts';

export const ROLES = ['admin', 'writer', 'reader'] as const satisfies Principal['roles'];
export type Role = (typeof ROLES)[number];

/**
 * Throws AppError forbidden unless the caller has the role. An admin has every role.
 *
 * @param doing what it is about to do, for the message: `send telemetry`
 */
export const needRole = ({ id, roles }: Principal, role: Exclude<Role, 'admin'>, doing: string): void => {
  if (!roles.includes(role) && !roles.includes('admin'))
    throw new AppError('forbidden', `${id} may not ${doing}: it needs the role ${role}`);
};
