const NONE = new Int32Array(0);

/** A growing list of 32-bit integers: a tenth of the memory of an array of objects. */
export class IntList {
  #items = NONE;
  length = 0;

  push(item: number) {
    if (this.length === this.#items.length) {
      const larger = new Int32Array(Math.max(16, this.length * 2));
      larger.set(this.#items);
      this.#items = larger;
    }
    this.#items[this.length++] = item;
  }

  view(): Int32Array {
    return this.#items.subarray(0, this.length);
  }
}

/** Keys of one row that span less are counted in a table, others sorted. */
const TABLE = 8192;

/**
 * Bins as triples in any order → bins of each row, keys ascending without repeats.
 *
 * @param bins rows, keys and counts of the triples; empty counts mean that each is 1
 * @param rank the new place of each row; also says how many rows there are
 */
export const groupBins = (bins: { row: IntList; key: IntList; count: readonly number[] }, rank: Uint32Array) => {
  const rowOf = bins.row.view();
  const keyOf = bins.key.view();
  const hasCounts = bins.count.length > 0;
  // Counting sort by row.
  const start = new Uint32Array(rank.length + 1);
  for (let i = 0; i < rowOf.length; i++) start[rank[rowOf[i]!]! + 1]!++;
  for (let r = 0; r < rank.length; r++) start[r + 1]! += start[r]!;
  const place = start.slice();
  const keys = new Int32Array(rowOf.length);
  const counts = new Float64Array(rowOf.length);
  for (let i = 0; i < rowOf.length; i++) {
    const at = place[rank[rowOf[i]!]!]!++;
    keys[at] = keyOf[i]!;
    counts[at] = hasCounts ? bins.count[i]! : 1;
  }
  // Within each row: add up equal keys. Written over the same arrays, which only shrink.
  const binStart = new Uint32Array(rank.length + 1);
  const table = new Float64Array(TABLE);
  let out = 0;
  for (let r = 0; r < rank.length; r++) {
    out = start[r + 1]! - start[r]! < 2 ? copyRow(r, out) : addUpRow(r, out);
    binStart[r + 1] = out;
  }
  return { binStart, binKeys: keys.slice(0, out), binCounts: counts.slice(0, out) };

  function copyRow(r: number, to: number): number {
    for (let i = start[r]!; i < start[r + 1]!; i++, to++) {
      keys[to] = keys[i]!;
      counts[to] = counts[i]!;
    }
    return to;
  }

  function addUpRow(r: number, to: number): number {
    let low = keys[start[r]!]!;
    let high = low;
    for (let i = start[r]! + 1; i < start[r + 1]!; i++) {
      if (keys[i]! < low) low = keys[i]!;
      else if (keys[i]! > high) high = keys[i]!;
    }
    if (high - low >= TABLE) return sortRow(r, to);
    for (let i = start[r]!; i < start[r + 1]!; i++) table[keys[i]! - low]! += counts[i]!;
    for (let key = low; key <= high; key++) {
      const count = table[key - low]!;
      if (count === 0) continue;
      keys[to] = key;
      counts[to++] = count;
      table[key - low] = 0;
    }
    return to;
  }

  function sortRow(r: number, to: number): number {
    const sums = new Map<number, number>();
    for (let i = start[r]!; i < start[r + 1]!; i++) sums.set(keys[i]!, (sums.get(keys[i]!) ?? 0) + counts[i]!);
    for (const [key, count] of [...sums].sort((a, b) => a[0] - b[0])) {
      keys[to] = key;
      counts[to++] = count;
    }
    return to;
  }
};
