import type { Config } from '../../../core/config.ts';
import { table } from '../table.ts';
import { type FleetSize, fleetLines } from './fleet.ts';
import { idleLines } from './idle.ts';
import { type Line, totalUsd } from './line.ts';
import { DAYS_PER_MONTH, METERED, type Span, sumOf } from './metered.ts';
import { optionalLines } from './optional.ts';
import { PRICES_AS_OF, PRICES_REGION, priceOf } from './prices.ts';

/** What a configuration will cost, as lines for people. @param options.events in a day: also the month with them */
export const report = (config: Config, options: FleetSize & { events?: number }): string[] => {
  const idle = idleLines(config, METERED);
  const more = [...fleetLines(config, options), ...optionalLines(config)];
  const counted = METERED.at.slice(0, 10);
  return [
    `List prices of ${PRICES_REGION}, as of ${PRICES_AS_OF}; usage as counted on ${counted}. Free tiers are not taken off.`,
    ...section('A month without telemetry', idle),
    ...eventSection(),
    ...(more.length > 0 ? section('Besides, in a month, by what is configured', more) : []),
    ...(options.events ? whole(options.events, [...idle, ...more]) : []),
  ];
};

const SPANS = Object.keys(METERED.perMillionEvents) as Span[];
const millionUsd = (span: Span) => priceOf(sumOf(METERED.perMillionEvents[span]));

const eventSection = (): string[] => {
  const names = SPANS.map((span) => `over ${span}`);
  const parts = [...new Set(SPANS.flatMap((span) => Object.keys(METERED.perMillionEvents[span])))];
  const rows = parts.map((part) => SPANS.map((span) => priceOf(METERED.perMillionEvents[span][part] ?? {})));
  const shown = rows.flatMap((usd, i) => (usd.some((each) => each > 0) ? [[parts[i]!, ...usd.map(dollars)]] : []));
  const sum = ['together', ...SPANS.map((span) => dollars(millionUsd(span)))];
  return ['', 'A million events, in requests of 500, US$', table(['sent', ...names], [...shown, sum], new Set(names))];
};

const section = (title: string, lines: readonly Line[]): string[] => {
  const rows = lines.map(({ what, amount, usd, note = '' }) => [what, amount, dollars(usd), note]);
  const sum = [
    'together',
    '',
    dollars(totalUsd(lines)),
    lines.some(({ usd }) => usd === null) ? 'and what is unknown' : '',
  ];
  return ['', title, table(['', 'amount', 'US$', ''], [...rows, sum], new Set(['amount', 'US$']))];
};

/** Events in a day from which on a million of them costs as if sent over this; slower costs more for each. */
const FROM_PER_DAY: readonly [Span, number][] = [
  ['ten minutes', 144e6],
  ['an hour', 24e6],
  ['a day', 0],
];

const whole = (eventsPerDay: number, monthly: readonly Line[]): string[] => {
  const [span] = FROM_PER_DAY.find(([, from]) => eventsPerDay >= from)!;
  const events = (eventsPerDay * DAYS_PER_MONTH) / 1e6;
  const usd = totalUsd(monthly) + events * millionUsd(span);
  return ['', `A month with ${eventsPerDay.toLocaleString('en')} events in a day: $${usd.toFixed(2)}`];
};

/** Small sums keep two digits that say something: 0.0042. */
const dollars = (usd: number | null): string => {
  if (usd === null) return 'unknown';
  return usd >= 1 || usd === 0 ? usd.toFixed(2) : usd.toFixed(4);
};
