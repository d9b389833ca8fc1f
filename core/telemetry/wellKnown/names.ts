/** Where samples of a well-known name go. */
export interface Target {
  /** A sample metric of the catalogue. */
  to: string;
  /** What values are multiplied by to be in the catalogue's unit; of a histogram, its bounds and sum. @default 1 */
  scale?: number;
  /** Labels added, to tell apart what shares one metric of the catalogue. */
  set?: Readonly<Record<string, string>>;
  /** Only samples that have these labels, or lack them, are meant; others keep their name. Names are the sender's. */
  only?: Readonly<Record<string, string>>;
}

/** The names of one kind of sender. A histogram is named without `_bucket`, `_sum` and `_count`. */
export interface WellKnownNames {
  names: Readonly<Record<string, string | Target>>;
  /** What its labels are called here. Where two become one, the first in this order does. */
  labels?: Readonly<Record<string, string>>;
  /** From here on a value says that there is none. */
  blankFrom?: number;
}
