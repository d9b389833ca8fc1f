import type { HttpApi, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { FunctionName } from '../functions.ts';

/** What the application is made of, for those who watch it. References go this way only. */
export interface ModelmeterAppRefs {
  readonly api: HttpApi;
  readonly stage: HttpStage;
  /** Those that the configuration asks for: without `sources.bedrockLogGroup` there is no `bedrock-logs`, for example. */
  readonly functions: Partial<Record<FunctionName, IFunction>>;
  readonly batchQueue: IQueue;
  /** Batches that could not be rolled up. */
  readonly batchDeadLetters: IQueue;
  /** Scheduled work and observed events that could not be delivered to their function, or failed in it. */
  readonly scheduleDeadLetters: IQueue;
  readonly rollupsTable: ITable;
  readonly stateTable: ITable;
}
