import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { idleLines } from '../../adapters/cli/estimate/idle.ts';
import { totalUsd } from '../../adapters/cli/estimate/line.ts';
import { type Metered, type Span, sumOf } from '../../adapters/cli/estimate/metered.ts';
import { PRICES_AS_OF, priceOf, type Units } from '../../adapters/cli/estimate/prices.ts';
import { Config } from '../../core/config.ts';
import { machine } from '../machine.ts';
import { markdownTable, reportLimits, saveResult } from '../report.ts';
import { aDayOfNothing, events, type Outcome } from './scenarios.ts';

/** `node bench/aws-cost/run.ts [--save] [--events 1000000]`: what AWS would bill for events, and for a day of none. */
const { values } = parseArgs({
  options: { save: { type: 'boolean', default: false }, events: { type: 'string', default: '1000000' } },
});
const HOUR_MS = 3_600_000;
const SPANS_MS: Record<Span, number> = { 'a day': 24 * HOUR_MS, 'an hour': HOUR_MS, 'ten minutes': HOUR_MS / 6 };
const SPANS = Object.keys(SPANS_MS) as Span[];

const count = Number(values.events);
const before = await machine();
const outcomes = {} as Record<Span, Outcome>;
for (const span of SPANS) {
  outcomes[span] = await events({ count, spanMs: SPANS_MS[span] });
  console.error(`counted ${count} events over ${span}`);
}
const idle = await aDayOfNothing();

const scaled = (parts: Record<string, Units>, by: number) =>
  Object.fromEntries(
    Object.entries(parts).map(([part, units]) => [
      part,
      Object.fromEntries(Object.entries(units).map(([unit, amount]) => [unit, Number((amount * by).toPrecision(6))])),
    ]),
  );
const metered: Metered = {
  at: new Date().toISOString(),
  perMillionEvents: {
    'a day': scaled(outcomes['a day'].parts, 1e6 / count),
    'an hour': scaled(outcomes['an hour'].parts, 1e6 / count),
    'ten minutes': scaled(outcomes['ten minutes'].parts, 1e6 / count),
  },
  idleDay: scaled(idle.parts, 1),
};

const idleMonth = idleLines(Config.parse({}), metered);
const perMillionUsd = (span: Span) => priceOf(sumOf(metered.perMillionEvents[span]));
const table = markdownTable(
  ['a million events, US$', ...SPANS.map((span) => `over ${span}`)],
  [
    ...Object.keys(outcomes['a day'].parts).map((part) => [
      part,
      ...SPANS.map((span) => priceOf(metered.perMillionEvents[span][part] ?? {}).toFixed(4)),
    ]),
    ['together', ...SPANS.map((span) => perMillionUsd(span).toFixed(4))],
  ],
);
const idleTable = markdownTable(
  ['a month of nothing', 'US$'],
  [...idleMonth.map(({ what, usd }) => [what, usd!.toFixed(4)]), ['together', totalUsd(idleMonth).toFixed(2)]],
);
console.log(`${table}\n\n${idleTable}\n`);
const limits = [
  ...SPANS.map((span) => ({ name: `a million events over ${span}, US$`, value: perMillionUsd(span), atMost: 0.05 })),
  { name: 'a month of nothing, US$', value: totalUsd(idleMonth), atMost: 5 },
];
reportLimits(limits);
if (values.save) {
  const { duckdb: _, ...on } = before;
  const all = { ...outcomes, idle };
  const of = <K extends 'runs' | 'stored'>(what: K) =>
    Object.fromEntries(Object.entries(all).map(([name, run]) => [name, run[what]]));
  const kept = { events: count, runs: of('runs'), stored: of('stored'), limits };
  saveResult('aws-cost', { ...metered, pricesAsOf: PRICES_AS_OF, machine: on, ...kept }, `${table}\n\n${idleTable}`);
  const file = new URL('../../adapters/cli/estimate/metered.json', import.meta.url);
  writeFileSync(file, `${JSON.stringify(metered, null, 2)}\n`);
}
process.exit();
