import type { Notice } from '../alerts/notice.ts';
import { severityOfThreshold } from '../cost/budgets.ts';
import { type LedgerReader, readerFor } from '../cost/reading.ts';
import { scopeText } from '../cost/scope.ts';
import type { NoticeStore, Notifier } from '../ports.ts';
import { allBudgets, type BudgetAnswer, type BudgetPorts, statusesOf } from './budgets.ts';
import { notify } from './notify.ts';

const SCAN = 'budgets';

export interface BudgetScanPorts extends BudgetPorts {
  ledger: LedgerReader;
  notifier: Notifier;
  notices: NoticeStore;
}

/**
 * Tells of thresholds that budgets reached, once for each period and threshold, even if the actual or the forecast falls below it
 * again; and of money that burns too fast, and that it no longer does. What belonged to a period that is over, or to a budget that
 * is gone, is forgotten without a word.
 */
export const evaluateBudgets =
  (ports: BudgetScanPorts, { runbookUrl }: { runbookUrl: string }) =>
  async (nowMs: number): Promise<{ budgets: number; began: number; ended: number }> => {
    const { notices, notifier } = ports;
    const answers = await statusesOf(await allBudgets(ports), readerFor(ports.ledger), nowMs);
    const current = answers.filter(({ status }) => status).map(prefixOf);
    for (const { id } of await notices.open(SCAN))
      if (!current.some((prefix) => id.startsWith(prefix))) await notices.remove(SCAN, id);
    const told = await notify({ notifier, notices })({
      scan: SCAN,
      firing: answers.flatMap((answer) => noticesOf(answer, `${runbookUrl}#`, nowMs)),
      isDecided: ({ id }) => id.includes('/burn-'),
      nowMs,
    });
    return { budgets: answers.length, ...told };
  };

/** Whatever is said of one period of a budget begins with it. */
const prefixOf = ({ name, status }: BudgetAnswer): string => `budget/${name}/${status?.period.fromMs}/`;

const noticesOf = (answer: BudgetAnswer, runbook: string, nowMs: number): Notice[] => {
  const { name, status, usd, owner } = answer;
  if (!status) return [];
  const shared = {
    state: 'firing' as const,
    sinceMs: nowMs,
    owner,
    links: [],
    numbers: numbersOf(answer),
  };
  const scope = `${scopeText(answer.scope)}, ${dollars(usd)} from ${dateOf(status.period.fromMs)} to ${dateOf(status.period.toMs)}`;
  const crossed = status.crossed.map(({ kind, threshold }) => ({
    ...shared,
    id: `${prefixOf(answer)}${kind}-${threshold}`,
    severity: severityOfThreshold(kind, threshold),
    title: kind === 'actual' ? `Budget ${name}: ${threshold} % is spent` : `Budget ${name}: ${threshold} % is expected`,
    text: `Budget ${name} (${scope}) ${kind === 'actual' ? 'has reached' : 'is expected to end at or above'} ${threshold} %.`,
    action: 'Look at what grew (GET /v1/costs/overview names the drivers); slow it down, or raise the budget.',
    runbook: `${runbook}budget-crossed`,
  }));
  const burning = status.burns
    .filter(({ isBurning }) => isBurning)
    .map(({ factor, severity, longHours, longRate }) => ({
      ...shared,
      id: `${prefixOf(answer)}burn-${factor}`,
      severity,
      title: `Budget ${name} burns ${longRate.toFixed(1)} times too fast`,
      text: `In the last ${longHours} h budget ${name} (${scope}) was spent at ${longRate.toFixed(1)} times the rate that it lasts for.`,
      action: 'See which deployment or client began to spend (GET /v1/costs/anomalies), and stop or throttle it.',
      runbook: `${runbook}budget-burning`,
    }));
  // Who is told that it burns 14 times too fast need not hear that it also burns 6, 3 and 1 times too fast.
  return [...crossed, ...burning.slice(0, 1)];
};

const numbersOf = ({ usd, status }: BudgetAnswer): Notice['numbers'] => [
  { name: 'Spent', value: `${dollars(status!.actual)} (${status!.percent.toFixed(0)} %)` },
  { name: 'Budget', value: dollars(usd) },
  ...(status!.forecast
    ? [
        {
          name: 'Expected at the end',
          value: `${dollars(status!.forecast.expected)} (80 %: ${dollars(status!.forecast.low80)} to ${dollars(status!.forecast.high80)})`,
        },
      ]
    : []),
  ...(status!.unpriced > 0 ? [{ name: 'Entries without a price', value: String(status!.unpriced) }] : []),
];

const dollars = (usd: number): string => `$${usd.toFixed(2)}`;
const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
