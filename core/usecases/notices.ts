import { needRole } from '../access/roles.ts';
import { isBound, isTheirs } from '../access/teams.ts';
import { type Notice, SCANS } from '../alerts/notice.ts';
import type { Severity } from '../config.ts';
import type { DeploymentStore, NoticeStore, Principal } from '../ports.ts';
import { attributesAt } from '../registry/attributes.ts';

interface Ports {
  notices: Pick<NoticeStore, 'open'>;
  deployments: Pick<DeploymentStore, 'list'>;
}

/** A notice as the API answers it. `since` is ISO 8601. */
export type NoticeAnswer = Omit<Notice, 'sinceMs'> & { since: string };

/**
 * What people were told and has not ended: the most severe first, of those what lasts longest. A bound caller sees what is
 * of deployments that belong to its teams now; what is of no deployment, such as a silent host, is of no team.
 *
 * @throws AppError forbidden without the role
 */
export const listNotices =
  ({ notices, deployments }: Ports) =>
  async (principal: Principal, nowMs: number): Promise<{ notices: NoticeAnswer[] }> => {
    needRole(principal, 'reader', 'read notices');
    const open = (await Promise.all(SCANS.map((scan) => notices.open(scan)))).flat();
    const theirs = isBound(principal) ? await deploymentsOf(principal, deployments, nowMs) : undefined;
    const seen = open.filter(({ deployment }) => !theirs || (deployment !== undefined && theirs.has(deployment)));
    return { notices: seen.sort(byUrgency).map(({ sinceMs, ...rest }) => ({ ...rest, since: iso(sinceMs) })) };
  };

const deploymentsOf = async (principal: Principal, deployments: Ports['deployments'], nowMs: number) => {
  const theirs = (await deployments.list()).filter((each) => isTheirs(principal, attributesAt(each, nowMs).team));
  return new Set(theirs.map(({ deployment }) => deployment));
};

const RANK: Record<Severity, number> = { critical: 0, warning: 1, info: 2 };

const byUrgency = (a: Notice, b: Notice): number =>
  RANK[a.severity] - RANK[b.severity] || a.sinceMs - b.sinceMs || (a.id < b.id ? -1 : 1);

const iso = (ms: number) => new Date(ms).toISOString();
