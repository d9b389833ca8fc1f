import { mkdirSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { billThread } from '../adapters/local/bills/billThread.ts';
import { pathsIn } from '../adapters/local/dataFolder.ts';
import { Config } from '../core/config.ts';

/** One run of bills.ts: `duckdb FILE`, or `import FILE FOLDER`; prints what it took. */
const [what, file, folder] = process.argv.slice(2) as [string, string, string];

const imported = async () => {
  mkdirSync(folder, { recursive: true });
  const paths = pathsIn(folder);
  const { costs, deployments } = Config.parse({});
  const report = await billThread()(
    {
      documents: paths.rollups,
      scratchDir: folder,
      files: [{ path: file, name: 'focus.csv' }],
      format: 'focus',
      mode: 'whole',
      nowMs: Date.now(),
      config: { costs, deployments },
    },
    () => {},
  );
  return { rows: report.rows - report.rejected, billed: report.bills[0]!.totals.USD!.billed };
};

const summed = async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const read = `read_csv('${file}', all_varchar = true, header = true, quote = '"', escape = '"')`;
  const result = await connection.runAndReadAll(`SELECT count(*), sum(BilledCost::DOUBLE) FROM ${read}`);
  const [rows, billed] = result.getRows()[0]!.map(Number);
  return { rows, billed };
};

const started = performance.now();
const answer = await (what === 'duckdb' ? summed() : imported());
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ ...answer, seconds: (performance.now() - started) / 1000, cpuS: (user + system) / 1e6 }));
