import * as z from 'zod';
import { stateEnv } from '../shared.env.ts';

export const Env = z.object({
  ...stateEnv,
  /** An OIDC issuer, and what its tokens must be for, separated by commas. */
  OIDC_ISSUER: z.string().min(1),
  OIDC_AUDIENCE: z.string().min(1),
  ROLES_CLAIM: z.string().min(1),
  TEAMS_CLAIM: z.string().min(1),
});
