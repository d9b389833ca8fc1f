import * as z from 'zod';
import { SERVICE_TIERS } from '../../telemetry/events.ts';
import { TOKEN_ITEMS } from '../entry.ts';

const name = z.string().min(1).max(256);
const usd = z.number().nonnegative().max(1e6);
const dates = {
  from: z.iso.date().optional().describe('first day that it holds on, UTC'),
  to: z.iso.date().optional().describe('first day that it no longer holds on, UTC'),
};
const inOrder = {
  check: ({ from, to }: { from?: string | undefined; to?: string | undefined }) =>
    from === undefined || to === undefined || from < to,
  options: { error: 'it must end after it begins: from < to', path: ['to'] },
};

/** What an override may be of, and the field that says what one unit of it costs. */
const PRICED_BY = { instanceType: 'usd', model: 'usdPerMTok', storageClass: 'usd', route: 'usd' } as const;
type Priced = keyof typeof PRICED_BY;
const PRICED = Object.keys(PRICED_BY) as Priced[];

/** A price that was agreed on, or that no table has. Without a region it holds in all. */
export const Override = z
  .strictObject({
    instanceType: name.optional(),
    model: name.optional().describe('as it is reported; of Bedrock also without the profile in front'),
    storageClass: name.optional().describe('for example ebs.gp3, s3.standard'),
    route: z.enum(['internet', 'interRegion', 'interZone']).optional().describe('of traffic'),
    provider: name.optional(),
    region: name.optional(),
    purchase: z.enum(['onDemand', 'spot']).optional().describe('of instances; both where it is not said'),
    tier: z.enum(SERVICE_TIERS).optional().describe('of tokens; all where it is not said'),
    usd: usd.optional().describe('US dollars for an instance hour, a GB-month, a GB'),
    usdPerMTok: z
      .partialRecord(z.enum(TOKEN_ITEMS), usd)
      .optional()
      .describe('US dollars for a million tokens; what is left out keeps its list price'),
    ...dates,
  })
  .superRefine((override, context) => {
    const of = PRICED.filter((field) => override[field] !== undefined);
    if (of.length !== 1) {
      const message = `expected exactly one of ${PRICED.join(', ')}, got ${of.join(' and ') || 'none'}`;
      context.addIssue({ code: 'custom', message });
      return;
    }
    const by = PRICED_BY[of[0]!];
    const other = by === 'usd' ? 'usdPerMTok' : 'usd';
    if (override[by] === undefined)
      context.addIssue({ code: 'custom', path: [by], message: `required for a price of ${of[0]}` });
    if (override[other] !== undefined)
      context.addIssue({ code: 'custom', path: [other], message: `a price of ${of[0]} is given by ${by}` });
  })
  .refine(inOrder.check, inOrder.options);
export type Override = z.infer<typeof Override>;

/** A share that is taken off list prices. Without provider and service it is taken off everything. */
export const Discount = z
  .strictObject({
    provider: name.optional().describe('for example aws, anthropic'),
    service: name.optional().describe('as the bill names it, for example Amazon Bedrock'),
    percent: z.number().min(0).max(100),
    ...dates,
  })
  .refine(inOrder.check, inOrder.options);
export type Discount = z.infer<typeof Discount>;

/** What `modelmeter.yaml` says of prices. */
export const PricesConfig = z.strictObject({
  overrides: z.array(Override).max(10_000).default([]),
  discounts: z.array(Discount).max(1_000).default([]),
});
export type PricesConfig = z.infer<typeof PricesConfig>;
