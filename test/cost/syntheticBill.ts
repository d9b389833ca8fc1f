import type { CostEntry, CostLabels } from '../../core/cost/entry.ts';

/**
 * A month of telemetry and the bill for it, with effects planted whose dollars are counted as they are planted. It knows
 * nothing of how they are found: no code and no number is shared with what it tests.
 */
export interface Plan {
  seed: number;
  /** First midnight, epoch milliseconds. */
  startMs: number;
  days: number;
  /** Accounts, regions, models and instances: more of them, more lines. */
  accounts: number;
  regions: number;
  models: number;
  instances: number;
  /** Lines of the bill are of hours or of days. */
  lines: 'hours' | 'days';
  hasListCost: boolean;
  effects: Effects;
}

/** Absent = not planted. Shares are of 1. */
export interface Effects {
  /** Below list price; of how many of the services. */
  discount?: { share: number; ofServices: number };
  /** Of list prices, from a day on; of how many of the prices; significant digits of the new ones. */
  priceChange?: { share: number; fromDay: number; ofPrices: number; digits: number };
  /** Of requests that telemetry never saw. */
  missing?: { share: number };
  /** Dollars a day of a service that nobody meters. */
  unmetered?: { dollarsPerDay: number };
  /** Decimals of each amount of the bill. */
  rounding?: { decimals: number };
  /** The last hours of a day are billed on the day after. */
  late?: { day: number; hours: number };
  /** How many of the models have no known price. */
  unpriced?: { models: number };
}

export type Planted = Record<
  'discount' | 'priceChange' | 'missingUsage' | 'unmetered' | 'rounding' | 'timing' | 'unpriced',
  number
>;

export interface Synthetic {
  estimated: CostEntry[];
  billed: (CostEntry & { unit?: string })[];
  /** Dollars; of timing those that were moved. */
  planted: Planted;
  /** Sum of |rounded − exact|. */
  roundedBy: number;
  billedTotal: number;
}

const HOURS = 24;
const HOUR_MS = 3600_000;

/** One price: a model's tokens of a kind, or an instance, in an account and region. */
interface Sku {
  service: string;
  estimateLabels: CostLabels;
  billLabels: CostLabels;
  unit?: { name: string; size: number };
  price: number;
  newPrice: number;
  discount: number;
  missing: number;
  isUnpriced: boolean;
  use: (hour: number) => { requests: number; amount: number };
}

export const syntheticBill = (plan: Plan): Synthetic => {
  const random = mulberry32(plan.seed);
  const made: Synthetic = {
    estimated: [],
    billed: [],
    planted: { discount: 0, priceChange: 0, missingUsage: 0, unmetered: 0, rounding: 0, timing: 0, unpriced: 0 },
    roundedBy: 0,
    billedTotal: 0,
  };
  for (const sku of skusOf(plan, random)) runMonth(plan, sku, random, made);
  if (plan.effects.unmetered) addUnmetered(plan, plan.effects.unmetered.dollarsPerDay, random, made);
  return made;
};

const runMonth = (plan: Plan, sku: Sku, random: () => number, made: Synthetic): void => {
  const { planted } = made;
  const { late, priceChange } = plan.effects;
  const lines = new Map<string, { startMs: number; amount: number; list: number; cost: number }>();
  for (let hour = 0; hour < plan.days * HOURS; hour++) {
    const day = Math.floor(hour / HOURS);
    const { requests, amount } = sku.use(hour);
    if (amount === 0) continue;
    const seen = sku.missing === 0 ? 1 : 1 - lostOf(requests, sku.missing, random) / requests;
    const metered = Number.isInteger(amount) ? Math.round(amount * seen) : amount * seen;
    const price = priceChange && day >= priceChange.fromDay ? sku.newPrice : sku.price;
    const [list, cost] = [amount * price, amount * price * (1 - sku.discount)];
    made.estimated.push({
      startMs: plan.startMs + hour * HOUR_MS,
      labels: sku.estimateLabels,
      quantity: metered,
      cost: sku.isUnpriced ? null : metered * sku.price,
    });
    if (sku.isUnpriced) {
      planted.unpriced += metered * price * (1 - sku.discount);
      planted.missingUsage += (amount - metered) * price * (1 - sku.discount);
    } else {
      planted.missingUsage += (amount - metered) * sku.price;
      planted.priceChange += amount * (price - sku.price);
      planted.discount += cost - list;
    }
    const isLate = late?.day === day && hour % HOURS >= HOURS - late.hours;
    if (isLate) planted.timing += cost;
    const billedHour = isLate ? (day + 1) * HOURS : hour;
    const startMs =
      plan.startMs + (plan.lines === 'hours' ? billedHour : Math.floor(billedHour / HOURS) * HOURS) * HOUR_MS;
    const key = `${startMs} ${isLate && hour}`;
    const line = lines.get(key) ?? { startMs, amount: 0, list: 0, cost: 0 };
    lines.set(key, { startMs, amount: line.amount + amount, list: line.list + list, cost: line.cost + cost });
  }
  for (const line of lines.values()) addLine(plan, sku, line, made);
};

const addLine = (
  plan: Plan,
  { unit, billLabels, isUnpriced }: Pick<Sku, 'unit' | 'billLabels' | 'isUnpriced'>,
  { startMs, amount, list, cost }: { startMs: number; amount: number; list: number; cost: number },
  made: Synthetic,
): void => {
  const { rounding } = plan.effects;
  const rounded = (value: number) => (rounding ? Number(value.toFixed(rounding.decimals)) : value);
  if (!isUnpriced) {
    made.planted.rounding += rounded(cost) - cost;
    made.roundedBy += Math.abs(rounded(cost) - cost);
  }
  made.billedTotal += rounded(cost);
  made.billed.push({
    startMs,
    labels: { ...billLabels, chargeCategory: 'usage' },
    quantity: amount / (unit?.size ?? 1),
    cost: rounded(cost),
    ...(plan.hasListCost ? { listCost: rounded(list) } : {}),
    ...(unit ? { unit: unit.name } : {}),
  });
};

const addUnmetered = (plan: Plan, dollarsPerDay: number, random: () => number, made: Synthetic): void => {
  for (let day = 0; day < plan.days; day++) {
    const cost = dollarsPerDay * (0.8 + 0.4 * random());
    const labels = { service: 'Amazon OpenSearch Service', region: 'r0', item: 'ESInstance:r6g.large' };
    const before = made.planted.rounding;
    const by = made.roundedBy;
    const billedBefore = made.billedTotal;
    addLine(
      plan,
      { billLabels: labels, isUnpriced: false },
      { startMs: plan.startMs + day * HOURS * HOUR_MS, amount: 24, list: cost, cost },
      made,
    );
    made.planted.rounding = before;
    made.roundedBy = by;
    made.planted.unmetered += made.billedTotal - billedBefore;
  }
};

const skusOf = (plan: Plan, random: () => number): Sku[] => {
  const { discount, priceChange, missing, unpriced } = plan.effects;
  const discounted = new Set(
    ['Amazon Elastic Compute Cloud', 'Amazon Bedrock', 'OpenAI'].slice(0, discount?.ofServices ?? 0),
  );
  const places = range(plan.accounts).flatMap((account) =>
    range(plan.regions).map((region) => ({ account: `00000000000${account}`, region: `r${region}` })),
  );
  const changes = new Map<string, boolean>();
  const isChanged = (price: string) => {
    if (!changes.has(price)) changes.set(price, changes.size === 0 || random() < (priceChange?.ofPrices ?? 0));
    return changes.get(price)!;
  };
  const finish = (
    sku: Pick<Sku, 'service' | 'estimateLabels' | 'billLabels' | 'price' | 'use'>,
    more: Partial<Sku>,
  ): Sku => ({
    newPrice:
      priceChange && isChanged(`${sku.service} ${sku.price}`)
        ? Number((sku.price * (1 + priceChange.share)).toPrecision(priceChange.digits))
        : sku.price,
    discount: discounted.has(sku.service) ? discount!.share : 0,
    missing: 0,
    isUnpriced: false,
    ...sku,
    ...more,
  });
  const tokens = range(plan.models).flatMap((m) => {
    const service = m % 3 === 2 ? 'OpenAI' : 'Amazon Bedrock';
    return (['inputTokens', 'outputTokens'] as const).flatMap((item) => {
      const price = Number((3e-6 * (0.3 + random()) * (item === 'inputTokens' ? 1 : 5)).toPrecision(3));
      return places.map((place) => {
        const labels = { ...place, service, model: `model-${'abcdefgh'[m]}`, item };
        const level = 500 + 3000 * random();
        return finish(
          {
            service,
            price,
            estimateLabels: { ...labels, team: `t${m}` },
            billLabels: labels,
            use: traffic(level, random),
          },
          {
            missing: missing?.share ?? 0,
            isUnpriced: m >= plan.models - (unpriced?.models ?? 0),
            ...(m % 2 ? { unit: { name: '1K tokens', size: 1000 } } : {}),
          },
        );
      });
    });
  });
  const hours = range(plan.instances).map((i) => {
    const service = 'Amazon Elastic Compute Cloud';
    const place = places[i % places.length]!;
    const type = ['g5.xlarge', 'p4d.24xlarge', 'g6e.12xlarge'][i % 3]!;
    const price = [1.006, 21.9576, 10.4926][i % 3]!;
    const labels = { ...place, service, resource: `i-0${i}`, resourceType: type, item: 'instanceHours' };
    const isOn = random() < 0.5;
    const use = (hour: number) => ({ requests: 1, amount: isOn || hour % 24 > 7 ? 1 : 0 });
    return finish(
      {
        service,
        price,
        estimateLabels: labels,
        billLabels: { ...labels, pricing: discounted.has(service) ? 'committed' : 'onDemand' },
        use,
      },
      { unit: { name: 'Hrs', size: 1 } },
    );
  });
  return [...tokens, ...hours];
};

/** Requests of an hour by time of day and day of week, with some chance. */
const traffic = (level: number, random: () => number) => (hour: number) => {
  const daily = 1 + 0.6 * Math.sin((2 * Math.PI * (hour % 24)) / 24);
  const weekly = Math.floor(hour / 24) % 7 > 4 ? 0.5 : 1;
  const requests = Math.max(1, Math.round(level * daily * weekly * (0.8 + 0.4 * random())));
  return { requests, amount: Math.round(requests * (600 + 200 * random())) };
};

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** How many of so many requests get lost: binomial, by its normal approximation. */
const lostOf = (requests: number, share: number, random: () => number): number => {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const lost = requests * share + Math.sqrt(requests * share * (1 - share)) * normal;
  return Math.min(requests, Math.max(0, Math.round(lost)));
};

/** Numbers in [0, 1). */
export const mulberry32 = (seed: number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};
