import { counts, distincts, distributions } from './define.ts';
import type { Metric } from './types.ts';

/** Who uses what, what was changed, and what concerns security. */
export const USAGE: readonly Metric[] = [
  ...distincts('inference', [
    {
      name: 'usage.activeClients',
      dimension: 'client',
      unit: '{client}',
      meaning: 'Different clients that called a model.',
      rows: ['001.084', '001.085'],
    },
    { name: 'usage.activeTeams', dimension: 'team', unit: '{team}', meaning: 'Different teams that called a model.' },
    {
      name: 'usage.activeDeployments',
      dimension: 'deployment',
      unit: '{deployment}',
      meaning: 'Different deployments that were called.',
    },
  ]),
  ...distincts('activity', [
    {
      name: 'usage.activeUsers',
      dimension: 'user',
      unit: '{user}',
      meaning: 'Different users that did something in your application; a step of a day gives daily active users.',
      rows: ['001.083', '001.084'],
    },
  ]),
  ...counts('activity', [
    {
      name: 'activity.actions',
      measure: 'events',
      unit: '{action}',
      meaning: 'Actions of users; by feature, what is used.',
      rows: ['001.086', '002.060'],
    },
  ]),
  ...counts('deployment', [
    {
      name: 'deployments.changes',
      measure: 'events',
      unit: '{change}',
      meaning: 'Releases, roll-backs and other changes, by action.',
    },
  ]),
  ...counts('security', [
    {
      name: 'security.events',
      measure: 'events',
      unit: '{event}',
      meaning: 'Security events, by category and outcome.',
    },
  ]),
  ...distributions('security', [
    {
      name: 'security.risk',
      measure: 'risk',
      unit: '1',
      meaning: 'Risk score of security events, 0 to 1.',
      defaultStat: 'max',
    },
  ]),
];
