import { ListDatabasesCommand } from '@aws-sdk/client-timestream-write';
import type { AwsCheck } from './row.ts';

/** Timestream for LiveAnalytics has been closed to new customers since 2025-06-20: only asking tells who is one. */
const CLOSED = /Only existing Timestream for LiveAnalytics customers/;
/** The SDK found no such host: the region has no Timestream. */
const NO_HOST = new Set(['ENOTFOUND', 'EAI_AGAIN']);

export const timestream: AwsCheck = {
  id: 'timestream',
  // Every call asks for its endpoint first, which is an action of its own.
  actions: ['timestream:ListDatabases', 'timestream:DescribeEndpoints'],
  run: async ({ clients, config, region }) => {
    const isWanted = config.aws.timeSeriesStore === 'timestream';
    const why = await clients.timestream.send(new ListDatabasesCommand({ MaxResults: 1 })).then(
      () => undefined,
      (error: Error) => whyNot(error, region),
    );
    if (why === undefined) {
      const spare = isWanted ? 'and is the store' : 'it could be the store, and DynamoDB is';
      return [{ state: 'ok', what: `Timestream for LiveAnalytics is open to this account: ${spare}` }];
    }
    if (!isWanted) return [{ state: 'ok', what: `${why}; the store is DynamoDB` }];
    return [{ state: 'broken', what: why, remedy: 'in modelmeter.yaml: aws: { timeSeriesStore: dynamodb }' }];
  },
};

/** Throws what says nothing about whether it can be used, such as a denial by IAM. */
const whyNot = (error: Error & { code?: string }, region: string): string => {
  if (CLOSED.test(error.message))
    return 'Timestream for LiveAnalytics takes no new customers, and this account is none';
  if (error.code && NO_HOST.has(error.code)) return `there is no Timestream in ${region}`;
  throw error;
};
