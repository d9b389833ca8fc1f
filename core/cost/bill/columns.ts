/** Where the columns of one file are that a format names. */
export interface BoundColumns<Name extends string> {
  /** Place of each name among the file's columns; undefined = the file does not have it. */
  at: Readonly<Partial<Record<Name, number>>>;
  /** Names that have to be there and are not. */
  missing: Name[];
  /** The file's columns that the format has no use for, as the file spells them. */
  ignored: string[];
  /** Places of the columns that are read. */
  used: ReadonlySet<number>;
}

/** Names of one field, in the order in which they are looked for: a specification renames its columns. */
export type ColumnTable<Name extends string> = Readonly<Record<Name, readonly string[]>>;

/**
 * One spelling for all: exports write `BilledCost`, `billed_cost` or `Billed Cost`, and CUR `line_item_usage_type` or
 * `lineItem/UsageType`.
 */
export const columnKey = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** Finds a format's columns in a file. Of two columns of one name the first counts. */
export const bindColumns = <Name extends string>(
  table: ColumnTable<Name>,
  columns: readonly string[],
  required: readonly Name[],
): BoundColumns<Name> => {
  const places = new Map<string, number>();
  columns.forEach((name, i) => {
    if (!places.has(columnKey(name))) places.set(columnKey(name), i);
  });
  const names = Object.keys(table) as Name[];
  const at: Partial<Record<Name, number>> = {};
  for (const name of names) {
    const found = table[name].find((alias) => places.has(columnKey(alias)));
    if (found !== undefined) at[name] = places.get(columnKey(found))!;
  }
  const used = new Set<number>(Object.values<number | undefined>(at).filter((place) => place !== undefined));
  return {
    at,
    missing: required.filter((name) => at[name] === undefined),
    ignored: columns.filter((_, i) => !used.has(i)),
    used,
  };
};

/** Places of these columns; [] unless the first is there. */
export const placesOf = (columns: readonly string[], names: readonly string[]): number[] => {
  const keys = columns.map(columnKey);
  const places = names.map((name) => keys.indexOf(columnKey(name)));
  return places[0] === -1 ? [] : places.filter((place) => place !== -1);
};
