import type { TokenItem } from '../entry.ts';

/** What a price is asked for. */
export type PriceKey =
  | {
      kind: 'instance';
      /** As the provider names it: g6e.12xlarge, ml.g5.xlarge, Standard_ND96isr_H100_v5. */
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
      tier?: 'standard' | 'batch' | 'flex' | 'priority';
    }
  | { kind: 'storage'; storageClass: string; region: string | undefined }
  | { kind: 'transfer'; route: 'internet' | 'interRegion' | 'interZone'; region: string | undefined };

/** A price, or what is missing. Never zero for something unknown. */
export type Quote =
  | {
      /** US dollars for one unit: an instance hour, one token, a GB-month, a GB. */
      usd: number;
      /** Where the figure is from: a file and its commit, a page, `modelmeter.yaml`. */
      source: string;
      /** The day as of which the source said so, YYYY-MM-DD; undefined = the source does not say. */
      asOf: string | undefined;
    }
  | { usd: null; missing: string };

/** Prices with the time from which they hold. The same key and time give the same quote. */
export interface PriceBook {
  /** @param atMs when it was used, epoch milliseconds */
  quote(key: PriceKey, atMs: number): Quote;
}
