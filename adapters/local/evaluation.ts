import type { Config } from '../../core/config.ts';
import { ledger } from '../../core/cost/ledger/ledger.ts';
import type { Notifier } from '../../core/ports.ts';
import { blockReader } from '../../core/rollups/openBlocks.ts';
import { evaluateBudgets } from '../../core/usecases/evaluateBudgets.ts';
import { type EvaluationOptions, evaluateFleet } from '../../core/usecases/evaluateFleet.ts';
import { evaluateSources } from '../../core/usecases/evaluateSources.ts';
import { runQuery } from '../../core/usecases/query.ts';
import type { LocalPorts } from './ports.ts';

/** Open blocks that both evaluations may share. */
const BLOCK_CACHE_BYTES = 32 * 1024 * 1024;

export type LocalEvaluation = Pick<Config['thresholds'], 'vramPercent' | 'gpuIdlePercent' | 'gpuIdleMin'> &
  Required<EvaluationOptions> & { budgets: Config['budgets'] };

/** What the function `evaluate` does in AWS, over a data folder: looks for what is wrong, and tells what began or ended. */
export const localEvaluation = (ports: LocalPorts, notifier: Notifier, options: LocalEvaluation) => {
  const { rollupStore: rollups, deploymentStore: deployments, noticeStore: notices, compression } = ports;
  const { documentStore: documents } = ports;
  return async (nowMs: number): Promise<void> => {
    // The cache is let go of with it: the next look is a quarter of an hour away.
    const query = runQuery({ rollups, reader: blockReader({ rollups, compression }, BLOCK_CACHE_BYTES) });
    const evaluationPorts = { query, deployments, notices, notifier };
    await evaluateFleet(evaluationPorts, options)(nowMs);
    await evaluateSources(evaluationPorts, options)(nowMs);
    const configured = async () => options.budgets;
    const costPorts = { documents, configured, ledger: ledger({ documents, compression }) };
    await evaluateBudgets({ ...evaluationPorts, ...costPorts }, options)(nowMs);
  };
};
