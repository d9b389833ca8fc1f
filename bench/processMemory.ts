import { readdirSync, readFileSync } from 'node:fs';

const PAGE_BYTES = 4096;

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // the process has ended
  }
};

/** The process and all its descendants. */
const processTree = (root: number): number[] => {
  const childrenOf = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const stat = read(`/proc/${name}/stat`);
    if (stat === undefined) continue;
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), Number(name)]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(childrenOf.get(pid) ?? []));
  return tree;
};

/** Resident bytes of a process tree. Pages that processes share count for each of them, so it errs upwards. */
const residentBytes = (root: number): number =>
  processTree(root).reduce((sum, pid) => {
    const pages = read(`/proc/${pid}/statm`)?.split(' ')[1];
    return sum + Number(pages ?? 0) * PAGE_BYTES;
  }, 0);

/** Watches the resident memory of a process tree, ten times a second; the highest sum seen, bytes. */
export const watchMemory = (rootPid: number): { peakBytes: () => number; stop: () => void } => {
  let peak = 0;
  const sample = () => {
    peak = Math.max(peak, residentBytes(rootPid));
  };
  sample();
  const timer = setInterval(sample, 100);
  return { peakBytes: () => peak, stop: () => clearInterval(timer) };
};
