import {
  type Cell,
  cellsOf,
  idOf,
  type LedgerEntry,
  MATCH_DIMENSIONS,
  type MatchDimension,
  valuesOf,
  withNamesOf,
} from './cells.ts';

/** What is compared: usage that both sides know; or what only one of them does (the other is empty). */
export interface Match {
  estimated: Cell[];
  billed: Cell[];
}

/**
 * The usage of one service, side by side: first by every value that both sides know, then what is left by fewer of them. A
 * value is given up only where one side does not say it: two resources with different ids never match.
 */
export const matchUsage = (estimated: readonly LedgerEntry[], billed: readonly LedgerEntry[]): Match[] => {
  let left = cellsOf(estimated);
  let right = withNamesOf(left, cellsOf(billed));
  if (left.length === 0 || right.length === 0) return alone(left, right);
  const shared = MATCH_DIMENSIONS.filter((name) => isShared(left, right, name));
  const matches: Match[] = [];
  for (const dropped of subsets(shared)) {
    if (left.length === 0 || right.length === 0) break;
    const kept = shared.filter((name) => !dropped.includes(name));
    const found = pairUp(left, right, kept, dropped);
    matches.push(...found);
    const taken = new Set(found.flatMap((match) => [...match.estimated, ...match.billed]));
    left = left.filter((cell) => !taken.has(cell));
    right = right.filter((cell) => !taken.has(cell));
  }
  return [...matches, ...alone(left, right)];
};

const alone = (left: readonly Cell[], right: readonly Cell[]): Match[] => [
  ...left.map((cell) => ({ estimated: [cell], billed: [] })),
  ...right.map((cell) => ({ estimated: [], billed: [cell] })),
];

/** Both sides say it, in the same words. Hosts' names on one side and instance ids on the other are no help. */
const isShared = (left: readonly Cell[], right: readonly Cell[], name: MatchDimension): boolean => {
  const theirs = valuesOf(right, name);
  return [...valuesOf(left, name)].some((value) => theirs.has(value));
};

/** All selections of dimensions to give up, fewest first, and those at the front of the list before the others. */
const subsets = (names: readonly MatchDimension[]): MatchDimension[][] =>
  Array.from({ length: 2 ** names.length }, (_, bits) => names.filter((_name, i) => bits & (1 << i))).sort(
    (a, b) => a.length - b.length,
  );

const pairUp = (
  left: readonly Cell[],
  right: readonly Cell[],
  kept: readonly MatchDimension[],
  dropped: readonly MatchDimension[],
): Match[] => {
  const groups = new Map<string, Match>();
  for (const [side, cells] of [
    ['estimated', left],
    ['billed', right],
  ] as const) {
    for (const cell of cells) {
      const id = idOf(cell.key, kept);
      const group = groups.get(id) ?? { estimated: [], billed: [] };
      group[side].push(cell);
      groups.set(id, group);
    }
  }
  return [...groups.values()].filter(
    ({ estimated, billed }) =>
      estimated.length > 0 &&
      billed.length > 0 &&
      dropped.every((name) => isSilent(estimated, name) || isSilent(billed, name)),
  );
};

const isSilent = (cells: readonly Cell[], name: MatchDimension): boolean => cells.every(({ key }) => key[name] === '');
