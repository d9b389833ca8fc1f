import type { Notice, Scan } from '../alerts/notice.ts';
import { REGULAR, silenceOf } from '../alerts/silence.ts';
import { askOf } from '../query/ask.ts';
import { HOUR } from '../telemetry/families.ts';
import { type EvaluationOptions, type EvaluationPorts, LAG_MS } from './evaluateFleet.ts';
import { notify } from './notify.ts';

const SCAN: Scan = 'sources';
/** A source stays known as silent for as long as the regular day before its silence is within this. */
const HOURS = REGULAR.hours * 3;

/** Looks for deployments that sent calls in nearly every hour and send none now, and tells of what began or ended. */
export const evaluateSources =
  ({ query, deployments, notifier, notices }: EvaluationPorts, { runbookUrl, openSinceMs = 0 }: EvaluationOptions) =>
  async (nowMs: number): Promise<{ sources: number; began: number; ended: number }> => {
    const end = Math.floor((nowMs - LAG_MS) / HOUR) * HOUR;
    const { series } = await askOf(
      query,
      SCAN,
      nowMs,
    )({
      metric: 'inference.requests',
      stat: 'count',
      groupBy: 'deployment',
      step: '1h',
      from: String(end - HOURS * HOUR),
      to: String(end),
    });
    const isHeard = end - HOUR >= openSinceMs;
    const firing: Notice[] = [];
    const sending = new Set<string>();
    for (const { labels, points } of series) {
      const deployment = labels.deployment ?? '';
      const silence = silenceOf(points.map(([, value]) => value));
      if (silence.kind === 'sending') sending.add(idOf(deployment));
      if (silence.kind !== 'silent' || !isHeard) continue;
      const owner = (await deployments.get(deployment))?.versions.at(-1)?.owner;
      firing.push(noticeOf(deployment, owner, runbookUrl, end - silence.hours * HOUR));
    }
    const told = await notify({ notifier, notices })({
      scan: SCAN,
      firing,
      // What has been silent for days was switched off; that is no news.
      isDecided: ({ id, sinceMs }) => sending.has(id) || nowMs - sinceMs > HOURS * HOUR,
      nowMs,
    });
    return { sources: series.length, ...told };
  };

const idOf = (deployment: string) => `source-silent/${deployment}`;

const noticeOf = (deployment: string, owner: string | undefined, runbookUrl: string, sinceMs: number): Notice => ({
  id: idOf(deployment),
  state: 'firing',
  severity: 'warning',
  title: `${deployment || 'Calls without a deployment'} went silent`,
  text: `It sent calls in at least ${REGULAR.atLeast} of ${REGULAR.hours} hours, and none in the last full hour.`,
  sinceMs,
  numbers: [],
  deployment: deployment || undefined,
  owner,
  action: 'See whether it still serves; if it does, its telemetry is cut off.',
  runbook: `${runbookUrl}#source-silent`,
  links: [],
});
