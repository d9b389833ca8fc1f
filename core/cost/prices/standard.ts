import { type PriceBook, priceBook } from './book.ts';
import type { PricesConfig } from './configuration.ts';
import { instancePrices } from './instances.ts';
import { tokenPrices } from './tokens/table.ts';
import { usagePrices } from './usage.ts';

/** The book of all prices that the product brings along, with what `modelmeter.yaml` says. */
export const standardPrices = (config: PricesConfig = { overrides: [], discounts: [] }): PriceBook =>
  priceBook({ tables: [instancePrices, tokenPrices, usagePrices], ...config });
