/** What is known of an alternative; null = unknown, and then nothing is concluded. */
export interface OwnCapacity {
  /** Dollars of one replica for an hour. */
  usdPerHour: number | null;
  /** Requests that one replica can serve in an hour. */
  requestsPerHour: number | null;
}

export type BreakEven =
  | {
      kind: 'cheaperFrom';
      /** From so many requests an hour one replica is cheaper than the API, up to its capacity. */
      requestsPerHour: number;
      /** How full the replica is then, 0 to 1. */
      utilization: number;
      /** From here on own capacity is cheaper however many replicas are needed. */
      alwaysFrom: number;
    }
  | { kind: 'never' /** A request on a full replica, and one of the API, dollars. */; fullUsd: number; apiUsd: number }
  | { kind: 'unknown'; missing: string };

/**
 * At which load own capacity is cheaper than an API: replicas are paid whole (⌈load / capacity⌉ × hourly), the API by the request.
 * One replica is cheaper from n* = hourly / price on. Just past a full replica the second one is empty, so the API may be cheaper
 * again until k·n*; from (k* − 1)·n* on it never is, k* = ⌈c / (c − n*)⌉ with c the capacity. Equal cost counts as not yet cheaper.
 *
 * @param apiUsd dollars of a request at the API, > 0; null = unknown
 */
export const breakEven = ({ usdPerHour, requestsPerHour }: OwnCapacity, apiUsd: number | null): BreakEven => {
  if (usdPerHour === null) return { kind: 'unknown', missing: 'price of an hour' };
  if (requestsPerHour === null || requestsPerHour <= 0) return { kind: 'unknown', missing: 'capacity of a replica' };
  if (apiUsd === null || apiUsd <= 0) return { kind: 'unknown', missing: 'price of a request at the API' };
  const enough = usdPerHour / apiUsd;
  if (enough >= requestsPerHour) return { kind: 'never', fullUsd: usdPerHour / requestsPerHour, apiUsd };
  const replicas = Math.ceil(requestsPerHour / (requestsPerHour - enough));
  return {
    kind: 'cheaperFrom',
    requestsPerHour: enough,
    utilization: enough / requestsPerHour,
    alwaysFrom: Math.max(1, replicas - 1) * enough,
  };
};

/**
 * Cost of a request on own capacity: the hour over the requests that it really serves. (Row 003.131 divides by requests and
 * once more by a utilisation of 0.7, though the requests measured are those at that utilisation.)
 *
 * @param utilization 0 to 1, of the capacity; @returns null where nothing is served or something is unknown
 */
export const ownRequestUsd = ({ usdPerHour, requestsPerHour }: OwnCapacity, utilization: number): number | null =>
  usdPerHour === null || requestsPerHour === null || requestsPerHour * utilization <= 0
    ? null
    : usdPerHour / (requestsPerHour * utilization);

export type SpotComparison =
  | {
      kind: 'compared';
      /** Of an hour of useful work, dollars. */
      spotUsd: number;
      onDemandUsd: number;
      /** Of the on-demand price; negative = spot is dearer. */
      savingsRatio: number;
      /** Interruptions an hour from which spot no longer pays; null = it always does, since none loses anything. */
      breakEvenPerHour: number | null;
    }
  | { kind: 'unknown'; missing: string };

/**
 * Spot against on-demand for the same work: an interruption loses `lostHours` (since the last checkpoint, and starting anew), so a
 * useful hour takes 1 + interruptions × lost hours. They are equal at (on-demand / spot − 1) / lost hours interruptions an hour.
 */
export const spotComparison = ({
  onDemandUsd,
  spotUsd,
  interruptionsPerHour,
  lostHours,
}: {
  onDemandUsd: number | null;
  spotUsd: number | null;
  interruptionsPerHour: number;
  lostHours: number;
}): SpotComparison => {
  if (onDemandUsd === null || onDemandUsd <= 0) return { kind: 'unknown', missing: 'on-demand price' };
  if (spotUsd === null || spotUsd <= 0) return { kind: 'unknown', missing: 'spot price' };
  const useful = spotUsd * (1 + interruptionsPerHour * lostHours);
  return {
    kind: 'compared',
    spotUsd: useful,
    onDemandUsd,
    savingsRatio: 1 - useful / onDemandUsd,
    breakEvenPerHour: lostHours > 0 ? Math.max(0, (onDemandUsd / spotUsd - 1) / lostHours) : null,
  };
};
