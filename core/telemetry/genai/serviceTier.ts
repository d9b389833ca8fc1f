import { SERVICE_TIERS, type ServiceTier } from '../events.ts';

const KNOWN: ReadonlySet<unknown> = new Set(SERVICE_TIERS);

/** A provider's word for what a call is paid as, in ours; undefined for the standard (`default`, `auto`) and for words not known. */
export const serviceTierOf = (word: unknown): ServiceTier | undefined => {
  const tier = typeof word === 'string' ? word.toLowerCase() : undefined;
  return KNOWN.has(tier) && tier !== 'standard' ? (tier as ServiceTier) : undefined;
};
