import type { ConditionalPrice, ModelInfo, ModelPrice } from '@pydantic/genai-prices';

type Constraint = NonNullable<ConditionalPrice['constraint']>;

const DAY_MS = 86_400_000;

/** Milliseconds since midnight of `HH:MM:SSZ`, the only form the list has. */
const msOfDay = (time: string): number => Date.parse(`1970-01-01T${time}`);

const holds = (constraint: Constraint, atMs: number): boolean => {
  if (constraint.type === 'start_date') return atMs >= Date.parse(constraint.start_date);
  const [from, to] = [msOfDay(constraint.start_time), msOfDay(constraint.end_time)];
  const at = atMs % DAY_MS;
  return from <= to ? at >= from && at < to : at >= from || at < to;
};

/**
 * A model's prices as they were at a time: of several the last whose condition holds, the first where none does. As
 * `calcPrice` of the package has it, without looking the model up each time.
 */
export const priceAt = ({ prices }: ModelInfo, atMs: number): ModelPrice => {
  if (!Array.isArray(prices)) return prices;
  const last = prices.findLast(({ constraint }) => constraint === undefined || holds(constraint, atMs));
  return (last ?? prices[0]!).prices;
};
