import { calcPrice, waitForUpdate } from '@pydantic/genai-prices';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { type PriceBook, type PriceKey, priceBook } from '../../../core/cost/prices/book.ts';
import { PricesConfig } from '../../../core/cost/prices/configuration.ts';
import { AWS_ACCELERATORS } from '../../../core/cost/prices/data/awsAccelerators.ts';
import { AWS_ON_DEMAND } from '../../../core/cost/prices/data/awsOnDemand.ts';
import { instanceFacts, instancePrices } from '../../../core/cost/prices/instances.ts';
import { standardPrices } from '../../../core/cost/prices/standard.ts';
import { pricedModel } from '../../../core/cost/prices/tokens/bedrock.ts';
import { priceAt } from '../../../core/cost/prices/tokens/priceAt.ts';
import { TOKEN_PRICES } from '../../../core/cost/prices/tokens/table.ts';
import { barePrices } from '../../../lambdas/bundlePlugins.ts';
import manifest from '../../../package.json' with { type: 'json' };

const AT = Date.parse('2026-10-15T12:00:00Z');
const book = standardPrices();
const instance = (instanceType: string, region: string | undefined, purchase: 'onDemand' | 'spot' = 'onDemand') =>
  ({ kind: 'instance', instanceType, region, purchase }) satisfies PriceKey;
const tokens = (model: string, provider: string | undefined, more: object = {}): PriceKey => ({
  kind: 'tokens',
  item: 'inputTokens',
  model,
  provider,
  region: 'us-east-1',
  ...more,
});
const perMTok = (key: PriceKey, of: PriceBook = book, atMs = AT) => {
  const quote = of.quote(key, atMs);
  return quote.usd === null ? quote.missing : Number((quote.usd * 1e6).toPrecision(12));
};

describe('instances', () => {
  /** Rows 003.125 to 003.129 of the requirements, what they say, and what is the case (docs/cost.md). */
  it.each([
    ['p3.2xlarge', 3.06, 3.06],
    ['p3.8xlarge', 12.24, 12.24],
    ['g4dn.xlarge', 0.526, 0.526],
    ['g4dn.2xlarge', 0.752, 0.752],
    ['inf2.xlarge', 0.76, 0.7582],
  ])('%s is said to cost %d an hour and costs %d', (instanceType, said, usd) => {
    expect(book.quote(instance(instanceType, 'us-east-1'), AT)).toEqual({
      usd,
      source: expect.stringContaining('karpenter-provider-aws'),
      asOf: '2026-01-19',
    });
    expect(Math.abs(usd - said)).toBeLessThan(0.002);
  });

  it('cost a request what an hour costs over its requests, not over 70 % of them (row 003.131)', () => {
    const { usd } = book.quote(instance('g4dn.xlarge', 'us-east-1'), AT);

    expect(usd! / 3_600).toBeCloseTo(0.000146, 6);
    expect(usd! / (3_600 * 0.7)).toBeCloseTo(0.000209, 6); // what the row computes: idle time counted twice
  });

  it('are there for every GPU family of the snapshot, with what they have', () => {
    const families = new Set(AWS_ACCELERATORS.rows.map(([type]) => type.split('.')[0]));

    expect(AWS_ACCELERATORS.rows).toHaveLength(49);
    expect([...families]).toEqual([
      'g4dn',
      'g5',
      'g6',
      'g6e',
      'p3',
      'p3dn',
      'p4d',
      'p4de',
      'p5',
      'p5e',
      'p5en',
      'p6-b200',
      'inf2',
      'trn1',
      'trn1n',
    ]);
    expect(instanceFacts('g6e.12xlarge')).toEqual({
      accelerator: 'L40S',
      accelerators: 4,
      acceleratorMemoryMib: 45_776,
      vcpus: 48,
      memoryGib: 384,
    });
    expect(instanceFacts('ml.g5.xlarge')).toMatchObject({ accelerator: 'A10G', accelerators: 1 });
    expect(instanceFacts('m5.large')).toBeUndefined();
    for (const [, accelerator] of AWS_ACCELERATORS.rows) expect(accelerator).not.toBeNull();
  });

  it('cost the same in both sources of us-east-1', () => {
    const dated = new Map(AWS_ON_DEMAND.rows.map((row) => [row[0], row[5]?.[0]]));

    for (const [type, , , , , first] of AWS_ACCELERATORS.rows)
      if (first?.[0] != null) expect(dated.get(type), type).toBe(first[0]);
  });

  it('have spot prices of ordinary zones', () => {
    expect(book.quote(instance('g4dn.xlarge', 'us-west-2', 'spot'), AT)).toMatchObject({
      usd: 0.2386,
      asOf: undefined,
    });
    expect(book.quote(instance('p5.48xlarge', 'us-east-1', 'spot'), AT)).toMatchObject({ usd: 17.6289 });
  });

  it.each([
    [instance('p5e.48xlarge', 'us-west-2'), 'no on-demand price of p5e.48xlarge in us-west-2'],
    [instance('p5.4xlarge', 'us-east-1', 'spot'), 'no spot price of p5.4xlarge in us-east-1'],
    [instance('g6.xlarge', 'eu-west-1'), 'no on-demand price of g6.xlarge in eu-west-1'],
    [instance('ml.p5.48xlarge', 'us-east-1'), 'no on-demand price of ml.p5.48xlarge in us-east-1'],
    [instance('g5.xlarge', undefined), 'the region of g5.xlarge is not known'],
    [{ ...instance('g5.xlarge', 'us-east-1'), provider: 'gcp' }, 'no on-demand price of g5.xlarge in us-east-1'],
  ])('that no source has are unpriced, never free: %j', (key, missing) => {
    expect(book.quote(key, AT)).toEqual({ usd: null, missing });
  });

  it('of other clouds are there to compare with', () => {
    const other = (provider: string, type: string, region: string) =>
      book.quote({ ...instance(type, region), provider }, AT).usd;

    expect(other('gcp', 'a2-highgpu-1g', 'us-central1')).toBeCloseTo(3.67339, 5);
    expect(other('lambda', 'gpu_8x_h100_sxm5', 'us-west-1')).toBe(31.92);
  });
});

describe('storage and traffic', () => {
  it.each<[PriceKey, number | null]>([
    [{ kind: 'storage', storageClass: 'ebs.gp3', region: 'us-east-1' }, 0.08],
    [{ kind: 'storage', storageClass: 's3.standard', region: 'us-east-1' }, 0.023],
    [{ kind: 'storage', storageClass: 's3.standard', region: 'eu-west-1' }, null],
    [{ kind: 'transfer', route: 'internet', region: 'us-east-1' }, 0.09],
    [{ kind: 'transfer', route: 'interZone', region: undefined }, null],
    [{ kind: 'function', item: 'requests', region: 'us-east-1' }, 0.2e-6],
  ])('%j costs %d', (key, usd) => {
    expect(book.quote(key, AT).usd).toBe(usd);
  });
});

describe('tokens', () => {
  const SONNET = 'anthropic.claude-sonnet-4-5-20250929-v1:0';
  it.each([
    [SONNET, 3.3],
    [`us.${SONNET}`, 3.3],
    [`eu.${SONNET}`, 3.3],
    [`global.${SONNET}`, 3],
    [`arn:aws:bedrock:us-east-1::foundation-model/${SONNET}`, 3.3],
    [`arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.${SONNET}`, 3.3],
    [`arn:aws:bedrock:eu-west-1:123456789012:inference-profile/global.${SONNET}`, 3],
    ['apac.amazon.nova-pro-v1:0', 0.8],
    [
      'arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc',
      'abc: provisioned throughput is paid by the hour, not by the token',
    ],
    [
      'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/xyz',
      'xyz: an application inference profile does not say its model; the registry of deployments may',
    ],
    ['anthropic.claude-999', 'no token price of anthropic.claude-999 by aws.bedrock'],
  ])('of %s on Bedrock cost %s a million', (model, usd) => {
    expect(perMTok(tokens(model, 'aws.bedrock'))).toBe(usd);
    if (model.startsWith('arn:')) expect(perMTok(tokens(model, undefined))).toBe(usd);
  });

  it('of a model on own machines never get the price of an API', () => {
    for (const model of ['gpt-4o', 'deepseek-chat', SONNET])
      expect(perMTok(tokens(model, 'vllm'))).toBe(
        `${model} on vllm has no token price: it costs what its machines cost`,
      );
    expect(perMTok(tokens('gpt-4o', undefined))).toBe('the provider of gpt-4o is not known');
    expect(perMTok(tokens('gpt-4o', 'acme'))).toBe('no token prices of provider acme');
  });

  it('cost what a tier costs only where a source says', () => {
    expect(perMTok(tokens(SONNET, 'aws.bedrock', { tier: 'batch' }))).toBe(1.65);
    expect(perMTok(tokens('claude-sonnet-5', 'anthropic', { tier: 'batch', item: 'cacheReadTokens' }))).toBe(0.1);
    expect(perMTok(tokens('gemini-3.7-flash', 'gcp.gemini', { tier: 'flex' }))).toBe(
      Number(perMTok(tokens('gemini-3.7-flash', 'gcp.gemini'))) / 2,
    );
    expect(perMTok(tokens(SONNET, 'aws.bedrock', { tier: 'priority' }))).toBe(
      `no priority price of inputTokens of ${SONNET}`,
    );
    expect(perMTok(tokens(SONNET, 'aws.bedrock', { tier: 'batch', item: 'cacheReadTokens' }))).toBe(
      `no batch price of cacheReadTokens of ${SONNET}`,
    );
  });

  it('are told with their source, the day of the list, and what was assumed', () => {
    expect(book.quote(tokens('claude-opus-4-6', 'anthropic'), Date.parse('2026-03-01'))).toMatchObject({
      source: expect.stringMatching(
        /^genai-prices .* anthropic\/claude-opus-4-6, https.*, for prompts of up to 200000 tokens$/,
      ),
      asOf: TOKEN_PRICES.asOf,
    });
    expect(book.quote(tokens('gpt-4', 'openai', { item: 'cacheReadTokens' }), AT)).toMatchObject({
      source: expect.stringContaining('no price of its own: as input'),
    });
  });

  it('are priced by the profile that was called, which telemetry names as the deployment', () => {
    expect(pricedModel({ deployment: `global.${SONNET}`, model: SONNET })).toBe(`global.${SONNET}`);
    expect(pricedModel({ deployment: 'support', model: SONNET })).toBe(SONNET);
    expect(pricedModel({ deployment: 'v2.gateway', model: SONNET })).toBe(SONNET);
    expect(pricedModel({ deployment: 'abc', model: undefined })).toBeUndefined();
  });

  it('come from the version that is installed', () => {
    expect(manifest.dependencies['@pydantic/genai-prices']).toBe(TOKEN_PRICES.version);
  });

  it('are those of the package at any time', async () => {
    const times = [
      '2020-01-01T00:00Z',
      '2025-06-10T00:00Z',
      '2026-08-18T02:00Z',
      '2026-08-18T18:00Z',
      '2027-02-01T07:00Z',
    ];
    let compared = 0;
    for (const provider of (await waitForUpdate()) ?? [])
      for (const model of provider.models.filter(({ prices }) => Array.isArray(prices)))
        for (const time of times) {
          const found = calcPrice({}, model.id, { providerId: provider.id, timestamp: new Date(time) });
          if (found?.model.id !== model.id) continue;
          expect(priceAt(model, Date.parse(time)), `${model.id} ${time}`).toBe(found.model_price);
          compared++;
        }
    expect(compared).toBeGreaterThan(50);
  });

  it('are the same in a function of Lambda, where the list is without what nobody reads', async () => {
    const { outputFiles } = await build({
      stdin: {
        contents: "export * from './core/cost/prices/standard.ts'",
        resolveDir: `${import.meta.dirname}/../../..`,
      },
      bundle: true,
      minify: true,
      format: 'esm',
      write: false,
      plugins: [barePrices],
    });
    const { text, contents } = outputFiles[0]!;
    const { standardPrices: ofFunction } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
    const keys = (['standard', 'batch', 'flex', 'priority'] as const).flatMap((tier) =>
      [SONNET, 'claude-sonnet-5', 'gemini-3.7-flash', 'gpt-4o'].map((model, i) =>
        tokens(model, ['aws.bedrock', 'anthropic', 'gemini', 'azure'][i], { tier }),
      ),
    );

    expect(contents.length).toBeLessThan(400_000);
    expect([...ofFunction().list()]).toEqual([...book.list()]);
    for (const key of keys) expect(ofFunction().quote(key, AT)).toEqual(book.quote(key, AT));
  });
});

describe('what modelmeter.yaml says of prices', () => {
  const agreed = (config: object) => standardPrices(PricesConfig.parse(config));
  const day = (text: string) => Date.parse(text);

  it('is an override that holds from a day on and up to another, the last that fits', () => {
    const one = agreed({
      overrides: [
        { instanceType: 'g5.xlarge', usd: 0.9 },
        { instanceType: 'g5.xlarge', region: 'us-east-1', usd: 0.8, from: '2026-07-01', to: '2026-08-01' },
      ],
    });
    const at = (time: string, region = 'us-east-1') => one.quote(instance('g5.xlarge', region), day(time));

    expect(at('2026-06-30T23:59:59.999Z')).toEqual({ usd: 0.9, source: 'modelmeter.yaml', asOf: undefined });
    expect(at('2026-07-01T00:00:00Z')).toEqual({ usd: 0.8, source: 'modelmeter.yaml', asOf: '2026-07-01' });
    expect(at('2026-08-01T00:00:00Z').usd).toBe(0.9);
    expect(at('2026-07-15', 'eu-west-1').usd).toBe(0.9);
  });

  it('prices a model on own machines, each kind of token by itself, and zero where it says zero', () => {
    const one = agreed({
      overrides: [{ model: 'Llama-70B', provider: 'vllm', usdPerMTok: { inputTokens: 0, outputTokens: 1.2 } }],
    });

    expect(perMTok(tokens('Llama-70B', 'vllm'), one)).toBe(0);
    expect(perMTok(tokens('Llama-70B', 'vllm', { item: 'outputTokens' }), one)).toBe(1.2);
    expect(perMTok(tokens('Llama-70B', 'vllm', { item: 'cacheReadTokens' }), one)).toContain('has no token price');
    expect(perMTok(tokens('Llama-70B', 'openai'), one)).toContain('no token price of');
  });

  it('prices a Bedrock model by its own name in every profile', () => {
    const one = agreed({ overrides: [{ model: 'amazon.nova-pro-v1:0', usdPerMTok: { inputTokens: 0.7 } }] });

    expect(perMTok(tokens('eu.amazon.nova-pro-v1:0', 'aws.bedrock'), one)).toBe(0.7);
    expect(perMTok(tokens('eu.amazon.nova-pro-v1:0', 'aws.bedrock', { item: 'outputTokens' }), one)).toBe(3.2);
  });

  it('takes discounts off list prices, one after another, and names them', () => {
    const one = agreed({
      overrides: [{ instanceType: 'p5.48xlarge', usd: 40 }],
      discounts: [
        { provider: 'aws', percent: 10 },
        { service: 'Amazon Bedrock', percent: 20, from: '2026-07-01' },
      ],
    });

    expect(one.quote(instance('g4dn.xlarge', 'us-east-1'), AT).usd).toBeCloseTo(0.526 * 0.9, 12);
    expect(perMTok(tokens('amazon.nova-pro-v1:0', 'aws.bedrock'), one)).toBeCloseTo(0.8 * 0.9 * 0.8, 9);
    expect(perMTok(tokens('amazon.nova-pro-v1:0', 'aws.bedrock'), one, day('2026-06-30'))).toBeCloseTo(0.72, 9);
    expect(one.quote(tokens('amazon.nova-pro-v1:0', 'aws.bedrock'), AT)).toMatchObject({
      source: expect.stringMatching(/, less 10 % and 20 % by modelmeter.yaml$/),
    });
    expect(perMTok(tokens('gpt-4o', 'openai'), one)).toBe(2.5);
    expect(one.quote(instance('p5.48xlarge', 'us-east-1'), AT).usd).toBe(40);
  });

  it.each([
    [{ overrides: [{ usd: 1 }] }, 'expected exactly one of'],
    [{ overrides: [{ instanceType: 'a', model: 'b', usd: 1 }] }, 'got instanceType and model'],
    [{ overrides: [{ instanceType: 'a' }] }, 'required for a price of instanceType'],
    [{ overrides: [{ model: 'a', usd: 1 }] }, 'required for a price of model'],
    [{ overrides: [{ instanceType: 'a', usd: -1 }] }, 'expected number to be >=0'],
    [{ overrides: [{ instanceType: 'a', usd: 1, from: '2026-02-01', to: '2026-02-01' }] }, 'from < to'],
    [{ overrides: [{ instanceType: 'a', usd: 1, from: 'yesterday' }] }, 'date'],
    [{ discounts: [{ percent: 101 }] }, '<=100'],
  ])('is refused: %j', (config, message) => {
    expect(PricesConfig.safeParse(config).error?.message).toContain(message);
  });

  it('lists overrides before what comes along', () => {
    const [first, second] = agreed({
      overrides: [
        { model: 'm', usdPerMTok: { inputTokens: 2 } },
        { storageClass: 'nfs', usd: 0.3 },
      ],
    }).list();

    expect(first).toMatchObject({ kind: 'tokens', name: 'm', usd: 2e-6, source: 'modelmeter.yaml' });
    expect(second).toMatchObject({ kind: 'storage', name: 'nfs', usd: 0.3 });
  });
});

describe('a price book', () => {
  it('says what is missing of the first table that would know, and asks the next', () => {
    const of = (usd: number | null) => ({
      quote: () => (usd === null ? { usd, missing: 'first' } : { usd, source: 's', asOf: undefined }),
      list: () => [],
    });
    const key = instance('x', 'y');

    expect(priceBook({ tables: [of(null), of(2)] }).quote(key, AT)).toMatchObject({ usd: 2 });
    expect(priceBook({ tables: [of(null), of(null)] }).quote(key, AT)).toEqual({ usd: null, missing: 'first' });
    expect(priceBook({ tables: [] }).quote(key, AT)).toEqual({ usd: null, missing: 'no prices of instance' });
    expect(instancePrices.quote(tokens('a', 'b'), AT)).toBeUndefined();
  });
});
