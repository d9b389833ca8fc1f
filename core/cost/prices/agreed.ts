import { resolveBedrockModel } from '../../sources/bedrockModelId.ts';
import type { PriceKey, PriceListing, Quote } from './book.ts';
import type { Discount, Override } from './configuration.ts';

/** Prices and discounts that were agreed on, as `modelmeter.yaml` says them. */

const SOURCE = 'modelmeter.yaml';

const holds = ({ from, to }: Pick<Override, 'from' | 'to'>, atMs: number): boolean =>
  (from === undefined || atMs >= Date.parse(from)) && (to === undefined || atMs < Date.parse(to));

const fits = (wanted: string | undefined, is: string | undefined): boolean => wanted === undefined || wanted === is;

/** `aws` fits aws.bedrock; aws.bedrock fits only itself. */
const fitsProvider = (wanted: string | undefined, is: string | undefined): boolean =>
  fits(wanted, is) || is?.startsWith(`${wanted}.`) === true;

/** Whom a price is paid to; undefined where a model's provider was not reported. */
const providerOf = (key: PriceKey): string | undefined => {
  if (key.kind === 'instance') return key.provider ?? 'aws';
  return key.kind === 'tokens' ? (key.provider ?? (isBedrock(key.model) ? 'aws.bedrock' : undefined)) : 'aws';
};

const isBedrock = (model: string): boolean => /^arn:[a-z0-9-]+:bedrock:/.test(model);

/** US dollars for one unit by an override; undefined where it is of something else. */
const usdBy = (override: Override, key: PriceKey): number | undefined => {
  if (!fits(override.region, key.region) || !fitsProvider(override.provider, providerOf(key))) return undefined;
  switch (key.kind) {
    case 'instance':
      return override.instanceType === key.instanceType && fits(override.purchase, key.purchase)
        ? override.usd
        : undefined;
    case 'tokens': {
      const isOfIt = override.model === key.model || override.model === resolveBedrockModel(key.model).model;
      if (override.model === undefined || !isOfIt || !fits(override.tier, key.tier ?? 'standard')) return undefined;
      const perMTok = override.usdPerMTok?.[key.item];
      return perMTok === undefined ? undefined : perMTok / 1e6;
    }
    case 'storage':
      return override.storageClass === key.storageClass ? override.usd : undefined;
    case 'transfer':
      return override.route === key.route ? override.usd : undefined;
    case 'function':
      return undefined;
  }
};

/** The price by the last override that fits and holds at that time; undefined where none does. */
export const overriding = (overrides: readonly Override[], key: PriceKey, atMs: number): Quote | undefined => {
  for (const override of overrides.toReversed()) {
    const usd = holds(override, atMs) ? usdBy(override, key) : undefined;
    if (usd !== undefined) return { usd, source: SOURCE, asOf: override.from };
  }
  return undefined;
};

/** Overrides as prices to look through. */
export function* listOverrides(overrides: readonly Override[]): Iterable<PriceListing> {
  for (const { instanceType, model, storageClass, route, ...of } of overrides) {
    const { provider = model === undefined ? 'aws' : '', region, purchase, usd, usdPerMTok = {}, from } = of;
    const common = {
      provider,
      source: SOURCE,
      asOf: undefined,
      ...(region === undefined ? {} : { region }),
      ...(from === undefined ? {} : { from }),
    };
    for (const [item, perMTok] of Object.entries(usdPerMTok))
      yield { kind: 'tokens', name: model!, item, usd: perMTok / 1e6, unit: '{token}', ...common };
    if (usd === undefined) continue;
    if (instanceType !== undefined)
      yield { kind: 'instance', name: instanceType, ...(purchase && { item: purchase }), usd, unit: 'h', ...common };
    if (storageClass !== undefined) yield { kind: 'storage', name: storageClass, usd, unit: 'GB.mo', ...common };
    if (route !== undefined) yield { kind: 'transfer', name: route, usd, unit: 'GB', ...common };
  }
}

/** The service that the bill has a price under; undefined where it is not AWS's. */
export const serviceOf = (key: PriceKey): string | undefined => {
  if (!fitsProvider('aws', providerOf(key))) return undefined;
  switch (key.kind) {
    case 'instance':
      return key.instanceType.startsWith('ml.') ? 'Amazon SageMaker' : 'Amazon Elastic Compute Cloud';
    case 'tokens':
      return 'Amazon Bedrock';
    case 'storage':
      return key.storageClass.startsWith('s3.') ? 'Amazon Simple Storage Service' : 'Amazon Elastic Compute Cloud';
    case 'transfer':
      return 'AWS Data Transfer';
    case 'function':
      return 'AWS Lambda';
  }
};

/** The quote less every discount that fits and holds at that time, which its source then names. */
export const discounted = (
  discounts: readonly Discount[],
  quote: Exclude<Quote, { usd: null }>,
  key: PriceKey,
  atMs: number,
): Quote => {
  const taken = discounts.filter(
    (discount) =>
      holds(discount, atMs) &&
      fitsProvider(discount.provider, providerOf(key)) &&
      fits(discount.service, serviceOf(key)),
  );
  if (taken.length === 0) return quote;
  const usd = taken.reduce((price, { percent }) => price * (1 - percent / 100), quote.usd);
  return {
    ...quote,
    usd,
    source: `${quote.source}, less ${taken.map((d) => `${d.percent} %`).join(' and ')} by ${SOURCE}`,
  };
};
