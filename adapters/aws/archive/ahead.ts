/**
 * What `work` makes of each item, in order, with so many pieces of work on their way at a time. Who stops early leaves
 * those behind.
 */
export async function* ahead<T, R>(
  items: Iterable<T>,
  { most, work }: { most: number; work: (item: T) => Promise<R> },
): AsyncGenerator<[T, R]> {
  const started: [T, Promise<R>][] = [];
  for (const item of items) {
    const result = work(item);
    result.catch(() => undefined); // thrown when its turn comes
    started.push([item, result]);
    if (started.length < most) continue;
    const [first, answer] = started.shift()!;
    yield [first, await answer];
  }
  for (const [item, answer] of started) yield [item, await answer];
}
