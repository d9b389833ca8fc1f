import { InvalidArgumentError, Option } from 'commander';

/** Options that several commands share, and readers of values that say what was expected. */

export const urlOption = () =>
  new Option('--url <url>', 'where Modelmeter listens (with a token in MODELMETER_TOKEN where it wants one)')
    .env('MODELMETER_URL')
    .default(`http://127.0.0.1:${process.env.PORT ?? '8080'}`)
    .argParser(url);

export const dataOption = () =>
  new Option('--data <folder>', 'the data folder').env('MODELMETER_DATA').default('.modelmeter');

export const configOption = () =>
  new Option('--config <file>', 'the configuration (modelmeter.yaml is an example)').env('MODELMETER_CONFIG');

const url = (text: string): string => {
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new InvalidArgumentError('Expected an address such as http://127.0.0.1:8080.');
  return text.replace(/\/+$/, '');
};

export const port = (text: string): number => {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= 65_535)) throw new InvalidArgumentError('Expected a whole number from 0 (any free port) to 65535.');
  return value;
};

/** `10`, `0.5`, or `max` = Infinity. */
export const speed = (text: string): number => {
  const value = text === 'max' ? Number.POSITIVE_INFINITY : /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  // Slower than it was, a trace that ends now would have to begin in the future.
  if (!(value >= 1)) throw new InvalidArgumentError('Expected 1 or more (10 = ten times as fast), or max.');
  return value;
};

export const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];
