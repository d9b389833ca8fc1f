import { stringify } from 'csv-stringify/sync';
import { answerColumns, answerRows, type runQuery } from '../../core/usecases/query.ts';

type Query = ReturnType<typeof runQuery>;

/** Answers of queries as CSV: a header line, also where there is nothing below it, and a line for each point. */
export const queryCsv =
  (query: Query) =>
  async (...asked: Parameters<Query>): Promise<string> => {
    const [, params, nowMs] = asked;
    return stringify(answerRows(await query(...asked)), { header: true, columns: answerColumns(params, nowMs) });
  };
