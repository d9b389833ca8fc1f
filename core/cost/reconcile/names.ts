/**
 * Bills and telemetry name the same thing differently. Here are the names that are known; what is not, is compared by its
 * letters and digits alone.
 */

/** Services by what a bill (CUR, FOCUS, Cost Explorer) or an estimate calls them. The first that fits counts. */
const SERVICES: readonly (readonly [RegExp, string])[] = [
  [/bedrock/i, 'bedrock'], // Cost Explorer: Claude Sonnet 4 (Amazon Bedrock Edition)
  [/sage ?maker/i, 'sagemaker'],
  [/elastic compute cloud|^(amazon|aws)?\s*ec2\b/i, 'ec2'],
  [/elastic block store|^(amazon|aws)?\s*ebs$/i, 'ebs'],
  [/simple storage service|^(amazon|aws)?\s*s3$/i, 's3'],
  [/simple queue service|^(amazon|aws)?\s*sqs$/i, 'sqs'],
  [/elastic (container|kubernetes).*kubernetes|^(amazon|aws)?\s*eks$/i, 'eks'],
  [/lambda/i, 'lambda'],
  [/cloud ?watch/i, 'cloudwatch'],
  [/dynamo ?db/i, 'dynamodb'],
  [/data ?transfer/i, 'datatransfer'],
  [/azure open ?ai|cognitive services|foundry/i, 'azureopenai'],
  [/vertex/i, 'vertexai'],
];

const VENDOR = /\b(amazon|aws|microsoft|azure|google|cloud)\b/gi;

/** The same for all names of one service; '' where there is none. */
export const serviceKey = (service: string | undefined): string => {
  const name = service ?? '';
  const known = SERVICES.find(([form]) => form.test(name));
  return known ? known[1] : plain(name.replace(VENDOR, '')) || plain(name);
};

/** Letters and digits alone, small. */
export const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** Units of bills as ours: `scale` of ours are one of theirs. `kind` is of what can be compared. */
const UNITS: readonly (readonly [RegExp, { kind: string; scale: number }])[] = [
  [/^(1k|1,?000|thousand|k)[\s-]*tokens?$/i, { kind: 'tokens', scale: 1e3 }],
  [/^(1m|1,?000,?000|million|m)[\s-]*tokens?$/i, { kind: 'tokens', scale: 1e6 }],
  [/^tokens?$/i, { kind: 'tokens', scale: 1 }],
  [/^(1k|1,?000|thousand)[\s-]*(requests?|calls?)$/i, { kind: 'requests', scale: 1e3 }],
  [/^(1m|1,?000,?000|million)[\s-]*(requests?|calls?)$/i, { kind: 'requests', scale: 1e6 }],
  [/^(requests?|calls?|invocations?)$/i, { kind: 'requests', scale: 1 }],
  [/^(h|hrs?|hours?|instance[\s-]?hours?|hrs of use)$/i, { kind: 'hours', scale: 1 }],
  [/^(min|mins|minutes?)$/i, { kind: 'hours', scale: 1 / 60 }],
  [/^(s|secs?|seconds?)$/i, { kind: 'hours', scale: 1 / 3600 }],
  [/^gb[\s.-]?(mo|months?)$/i, { kind: 'gbMonths', scale: 1 }],
  [/^tb[\s.-]?(mo|months?)$/i, { kind: 'gbMonths', scale: 1024 }],
  [/^gb[\s.-]?(h|hrs?|hours?)$/i, { kind: 'gbMonths', scale: 1 / 730 }],
  [/^(gb|gigabytes?)$/i, { kind: 'gb', scale: 1 }],
  [/^(tb|terabytes?)$/i, { kind: 'gb', scale: 1024 }],
  [/^(mb|megabytes?)$/i, { kind: 'gb', scale: 1 / 1024 }],
];

/** What a unit is worth in ours; undefined where it is not known. */
export const unitOf = (text: string | undefined): { kind: string; scale: number } | undefined =>
  text === undefined ? undefined : UNITS.find(([form]) => form.test(text.trim()))?.[1];

/** What is counted, by what a usage type or an item says. The first that fits counts. */
const ITEMS: readonly (readonly [RegExp, string])[] = [
  [/cache.*write.*1-?h|1-?h.*cache.*write/i, 'cacheWrite1hTokens'],
  [/cache.*(write|creat)/i, 'cacheWrite5mTokens'],
  [/cache.*(read|hit)|cached.*input|input.*cached/i, 'cacheReadTokens'],
  [/(input|prompt)[\s_-]*tokens?/i, 'inputTokens'],
  [/(output|completion|response)[\s_-]*tokens?/i, 'outputTokens'],
  [/(box|spot|dedicated|heavy)usage|instance[\s_-]?hours?|^host:/i, 'instanceHours'],
  [/timedstorage|volumeusage|storage[\s_-]?gb|gb[\s.-]?mo(nths?)?$/i, 'storageGbMonths'],
  [/transfer|bytes/i, 'transferGb'],
  [/requests?(-tier\d+)?$|invocations?$/i, 'requests'],
];

/** The item that a text is of, as ours; else its letters and digits; '' where it is but a unit, or nothing. */
export const itemKey = (text: string | undefined): string => {
  if (text === undefined || text === '') return '';
  const known = ITEMS.find(([form]) => form.test(text));
  if (known) return known[1];
  const unit = unitOf(text);
  if (unit?.kind === 'hours') return 'instanceHours';
  return unit ? '' : plain(text);
};

/** `USW2-BoxUsage:ml.g5.xlarge` is of `ml.g5.xlarge`; `tokens` says nothing that the item does not. */
export const resourceTypeKey = (text: string | undefined): string => {
  const type = (text ?? '').toLowerCase().replace(/^.*(box|spot|dedicated|host|heavy)usage:/, '');
  return type === 'tokens' ? '' : type;
};

/** An ARN's or a path's last part. */
export const resourceKey = (text: string | undefined): string => (text ?? '').toLowerCase().replace(/^.*[/:](?=.)/, '');

/** Without where it is called from, who made it, and its version: `us.anthropic.claude-sonnet-4-20250514-v1:0`. */
export const modelKey = (text: string | undefined): string =>
  resourceKey((text ?? '').replace(/[-:]v?\d+:\d+(:\w+)?$/, ''))
    .replace(/^([a-z]{2}|global|apac|us-gov)\.(?=[a-z0-9-]+\.)/, '')
    .replace(/^(anthropic|amazon|meta|mistral|cohere|ai21|openai|deepseek|qwen|stability)\./, '')
    .replace(/[-@]?20\d{6}/, '')
    .replace(/-v\d+$/, '');

/** Reserved and on-demand use are the same use, at list or below it; spot and batch have prices of their own. */
export const pricingKey = (text: string | undefined): string => {
  const pricing = (text ?? '').toLowerCase();
  if (pricing === '') return '';
  if (/spot|dynamic|preempt/.test(pricing)) return 'spot';
  return /batch|flex|priority/.test(pricing) ? pricing : 'standard';
};

/** Is it paid by a commitment: a Savings Plan, a reservation? */
export const isCommitted = (pricing: string | undefined): boolean => /commit|reserv|saving/i.test(pricing ?? '');

/** Words and numbers of a name, for names that say the same in another order: Claude4Sonnet, claude-sonnet-4. */
export const wordsOf = (text: string): Set<string> => new Set(text.toLowerCase().match(/[a-z]+|\d+/g) ?? []);

/** The same function, which works out each text once: a bill says the same few names a million times. */
export const remembered = <T>(of: (text: string | undefined) => T): ((text: string | undefined) => T) => {
  const known = new Map<string | undefined, T>();
  return (text) => {
    const there = known.get(text);
    if (there !== undefined) return there;
    const value = of(text);
    known.set(text, value);
    return value;
  };
};
