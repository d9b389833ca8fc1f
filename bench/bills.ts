import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { writeFocusCsv } from './billRows.ts';
import { machine } from './machine.ts';
import { watchMemory } from './processMemory.ts';
import { type Limit, markdownTable, reportLimits, saveResult } from './report.ts';

/** `node bench/bills.ts [--rows 1000000] [--save]`: how long a bill takes to import, beside DuckDB's sum over the same file. */
const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    save: { type: 'boolean', default: false },
  },
});

interface Run {
  seconds: number;
  cpuS: number;
  peakMiB: number;
  rows: number;
  billed: number;
}

/** Each run is a process of its own, whose memory is watched from its start. */
const run = async (what: 'import' | 'again' | 'duckdb', file: string, folder: string): Promise<Run> => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'billsChild.ts'), what, file, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const memory = watchMemory(child.pid!);
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  memory.stop();
  if (code !== 0) throw new Error(`${what} ended with ${code}`);
  return { ...(JSON.parse(output) as Omit<Run, 'peakMiB'>), peakMiB: memory.peakBytes() / 2 ** 20 };
};

const before = await machine();
const scratch = mkdtempSync(join(tmpdir(), 'bench-bills-'));
try {
  const file = join(scratch, 'focus.csv');
  const workload = { rows: Number(flags.rows), seed: 1 };
  writeFocusCsv(file, workload);
  const runs: Record<'import' | 'again' | 'duckdb', Run[]> = { import: [], again: [], duckdb: [] };
  for (let round = 0; round < Number(flags.rounds); round++) {
    const folder = mkdtempSync(join(scratch, 'data-'));
    for (const what of ['duckdb', 'import', 'again'] as const) runs[what].push(await run(what, file, folder));
    rmSync(folder, { recursive: true });
  }
  const best = (what: keyof typeof runs) => runs[what].reduce((a, b) => (b.seconds < a.seconds ? b : a));
  const [duckdb, ours, again] = [best('duckdb'), best('import'), best('again')];
  if (ours.rows !== duckdb.rows || Math.abs(ours.billed / duckdb.billed - 1) > 1e-9)
    throw new Error(`imported ${ours.rows} rows of ${ours.billed}, DuckDB counts ${duckdb.rows} of ${duckdb.billed}`);
  const peakMiB = Math.max(...[...runs.import, ...runs.again].map((each) => each.peakMiB));
  const table = markdownTable(
    [`${workload.rows.toLocaleString('en')} rows of FOCUS`, 'seconds', 'of DuckDB', 'CPU, s', 'peak memory, MiB'],
    (
      [
        ['DuckDB: count and sum of one column', duckdb],
        ['import into an empty folder', ours],
        ['the same again', again],
      ] as const
    ).map(([name, each]) => [
      name,
      each.seconds.toFixed(1),
      (each.seconds / duckdb.seconds).toFixed(1),
      each.cpuS.toFixed(1),
      each.peakMiB.toFixed(0),
    ]),
  );
  console.log(`${(statSync(file).size / 2 ** 20).toFixed(0)} MiB of CSV\n\n${table}\n`);
  const limits: Limit[] = [
    { name: 'seconds for the import', value: ours.seconds, atMost: 20 },
    { name: 'peak memory, MiB', value: peakMiB, atMost: 512 },
  ];
  if (flags.save) saveResult('bills', { at: new Date().toISOString(), machine: before, workload, runs, limits }, table);
  reportLimits(limits);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
