import { isTheirs } from '../access/teams.ts';
import type { Deployment, Principal } from '../ports.ts';
import { attributesAt } from './attributes.ts';

/**
 * May the caller say what a deployment is from `fromMs` (epoch ms) on: is it, at every moment since, of one of its teams
 * or of none? So that nobody takes over another team's past by an early date, nor its future.
 */
export const mayTell = (principal: Principal, deployment: Deployment, fromMs: number): boolean => {
  const moments = [fromMs, ...deployment.versions.map((version) => version.fromMs).filter((ms) => ms > fromMs)];
  const teams = moments.map((ms) => attributesAt(deployment, ms).team);
  return teams.every((team) => team === undefined || isTheirs(principal, team));
};
