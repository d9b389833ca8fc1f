import { type Command, InvalidArgumentError, Option } from 'commander';
import type { PriceListing } from '../../core/cost/prices/book.ts';
import { readConfig } from '../configFile.ts';
import { configOption } from './options.ts';
import { table } from './table.ts';

interface Options {
  region?: string;
  limit: number;
  json?: true;
  config?: string;
}

export const addPrices = (program: Command): Command =>
  program
    .command('prices')
    .summary('what instances, tokens, storage and traffic cost, and who says so')
    .description(
      'List the prices that costs are estimated with: those the configuration agrees on, then the snapshots that come along, ' +
        'each with its source and date. Nothing is asked of the network. What is not listed is unpriced, never $0.',
    )
    .argument('[search...]', 'words that the name, provider, region or item has to hold, such as g6e or claude-sonnet')
    .option('--region <region>', 'only prices of this region, and those that hold in all')
    .addOption(new Option('--limit <number>', 'rows at most').default(60).argParser(count))
    .option('--json', 'all of them as JSON, US dollars for one unit')
    .addOption(configOption())
    .addHelpText(
      'after',
      `
Examples:
  modelmeter prices g6e --region us-west-2
  modelmeter prices aws claude-sonnet
  modelmeter prices spot p5 --json`,
    )
    .action(async (search: string[], options: Options) => {
      const { standardPrices } = await import('../../core/cost/prices/standard.ts'); // loads the token prices
      const { prices } = readConfig(options.config);
      const found = [...standardPrices(prices).list()].filter(
        (price) => isOfRegion(price, options.region) && holdsAll(price, search),
      );
      if (options.json) return console.log(JSON.stringify(found, null, 2));
      console.log(found.length === 0 ? none(search, options.region) : priceTable(found, options.limit));
      for (const { provider = 'all', service, percent, from, to } of prices.discounts)
        console.log(
          `Taken off: ${percent} % of ${service ?? provider}${from ? ` from ${from}` : ''}${to ? ` to ${to}` : ''}`,
        );
    });

const count = (text: string): number => {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('Expected a whole number of at least 1.');
  return Number(text);
};

const isOfRegion = (price: PriceListing, region: string | undefined) =>
  region === undefined || price.region === undefined || price.region === '*' || price.region === region;

const holdsAll = ({ name, provider, region, item }: PriceListing, words: readonly string[]) => {
  const text = [name, provider, region, item].join(' ').toLowerCase();
  return words.every((word) => text.includes(word.toLowerCase()));
};

const none = (search: readonly string[], region: string | undefined) =>
  `No price of ${search.join(' ') || 'anything'}${region ? ` in ${region}` : ''}. What it costs can be said in modelmeter.yaml, under prices.overrides.`;

/** Tokens are priced by the million, everything else by its unit. */
const UNITS: Readonly<Record<string, { of: number; name: string }>> = {
  '{token}': { of: 1e6, name: '1M tokens' },
  '{request}': { of: 1e6, name: '1M requests' },
  h: { of: 1, name: 'hour' },
  'GB.mo': { of: 1, name: 'GB-month' },
  GB: { of: 1, name: 'GB' },
  'GB.s': { of: 1, name: 'GB-second' },
};

const HEADER = ['what', 'provider', 'region', 'item', 'USD', 'per', 'since', 'as of', 'source'];

/** Rows with the numbers of their sources, and below them the sources. */
const priceTable = (prices: readonly PriceListing[], limit: number): string => {
  const shown = prices.slice(0, limit);
  const sources = [...new Set(shown.map(sourceOf))];
  const rows = shown.map((price) => {
    const { of, name } = UNITS[price.unit] ?? { of: 1, name: price.unit };
    return [
      price.name,
      price.provider,
      price.region ?? '',
      price.item ?? '',
      String(Number((price.usd * of).toPrecision(12))),
      name,
      price.from ?? '',
      price.asOf ?? (price.source === 'modelmeter.yaml' ? '' : 'not known'),
      `[${sources.indexOf(sourceOf(price)) + 1}]`,
    ];
  });
  const more = prices.length - shown.length;
  return [
    table(HEADER, rows, new Set(['USD'])),
    ...(more > 0 ? [`… and ${more.toLocaleString('en')} more: search for less, or --limit, or --json`] : []),
    '',
    ...sources.map((source, i) => `[${i + 1}] ${source}`),
  ].join('\n');
};

/** Where it is from, without which model it is of: a list has one source. */
const sourceOf = ({ source }: PriceListing): string =>
  source.replace(/^(genai-prices \S+) (\S+?)\/\S+?(?=,|$)/, '$1 $2');
