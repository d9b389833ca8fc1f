/** What our routes ask of headers. */
export interface LightHeaders extends Iterable<[string, string]> {
  get(name: string): string | null;
  has(name: string): boolean;
}

/** Headers that are read only, for which Node's fetch need not be loaded. No name may come twice. */
export const lightHeaders = (entries: Iterable<[string, string]>): LightHeaders => {
  const values = new Map<string, string>();
  for (const [name, value] of entries) values.set(name.toLowerCase(), value);
  return {
    get: (name) => values.get(name.toLowerCase()) ?? null,
    has: (name) => values.has(name.toLowerCase()),
    [Symbol.iterator]: () => values[Symbol.iterator](),
  };
};
