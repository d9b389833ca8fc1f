import type { ServiceTier } from '../../telemetry/events.ts';
import type { TokenItem } from '../entry.ts';
import { discounted, listOverrides, overriding } from './agreed.ts';
import type { Discount, Override } from './configuration.ts';

/** What a price is asked for. */
export type PriceKey =
  | {
      kind: 'instance';
      /** As the provider names it: g6e.12xlarge, ml.g5.xlarge, a2-highgpu-1g. */
      instanceType: string;
      region: string | undefined;
      /** @default aws */
      provider?: string;
      purchase: 'onDemand' | 'spot';
    }
  | {
      kind: 'tokens';
      item: TokenItem;
      /** As reported: a model id, an inference profile's id or ARN. */
      model: string;
      provider: string | undefined;
      region: string | undefined;
      /** @default standard */
      tier?: ServiceTier;
    }
  | { kind: 'storage'; storageClass: string; region: string | undefined }
  | { kind: 'transfer'; route: 'internet' | 'interRegion' | 'interZone'; region: string | undefined }
  | { kind: 'function'; item: 'requests' | 'gbSeconds'; region: string | undefined };

/** A price, or what is missing. Never zero for something unknown. */
export type Quote =
  | {
      /** US dollars for one unit: an instance hour, one token, a GB-month, a GB, a request, a GB-second. */
      usd: number;
      /** Where the figure is from: a file and its commit, a page, `modelmeter.yaml`. */
      source: string;
      /** The day, month or year as of which the source said so, YYYY-MM-DD or its beginning; undefined = it does not say. */
      asOf: string | undefined;
    }
  | { usd: null; missing: string };

/** A price for people to look through. */
export interface PriceListing {
  kind: PriceKey['kind'];
  /** Instance type, model, storage class, route. */
  name: string;
  provider: string;
  /** Absent where the price does not depend on it, or the source does not say. */
  region?: string;
  /** onDemand, spot; or what of a model's tokens. */
  item?: string;
  /** US dollars for one `unit`. */
  usd: number;
  unit: string;
  source: string;
  asOf: string | undefined;
  /** The day from which it holds, where the source has more than one. */
  from?: string;
}

/** Prices of one kind from one kind of source. */
export interface PriceTable {
  /** Undefined = prices of this kind are not its business. */
  quote(key: PriceKey, atMs: number): Quote | undefined;
  list(): Iterable<PriceListing>;
}

/** Prices with the time from which they hold. The same key and time give the same quote. */
export interface PriceBook {
  /** @param atMs when it was used, epoch milliseconds */
  quote(key: PriceKey, atMs: number): Quote;
  /** The overrides, then all list prices of its tables; no discounts are taken off. */
  list(): Iterable<PriceListing>;
}

/**
 * A price book of tables and of what `modelmeter.yaml` says.
 *
 * - An override is what is paid: the last one that fits counts, before any table, and no discount is taken off it.
 * - Of the tables the first that has a price counts; where none has, what the first one misses is said.
 * - Every discount that fits is taken off, one after another (two of 10 % leave 81 %).
 */
export const priceBook = (of: {
  tables: readonly PriceTable[];
  overrides?: readonly Override[];
  discounts?: readonly Discount[];
}): PriceBook => ({
  quote(key, atMs) {
    const agreed = overriding(of.overrides ?? [], key, atMs);
    if (agreed !== undefined) return agreed;
    const quotes = of.tables.map((table) => table.quote(key, atMs)).filter((quote) => quote !== undefined);
    const quote = quotes.find(({ usd }) => usd !== null) ?? quotes[0];
    if (quote === undefined) return { usd: null, missing: `no prices of ${key.kind}` };
    return quote.usd === null ? quote : discounted(of.discounts ?? [], quote, key, atMs);
  },

  *list() {
    yield* listOverrides(of.overrides ?? []);
    for (const table of of.tables) yield* table.list();
  },
});
