import { AppError } from '../../core/errors.ts';

/** What AWS names a request that came too fast, or a service that is too busy: trying later helps. */
const BUSY = new Set([
  'InternalServerError',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ServiceUnavailable',
  'SlowDown',
  'Throttling', // CloudWatch's word
  'ThrottlingException',
  'TooManyRequestsException',
  'TransactionConflictException',
  'TransactionInProgressException',
]);

/** Whether the same call may do better a moment later. The SDK has tried it some times already. */
export const isBusy = (error: unknown): boolean => BUSY.has(nameOf(error));

export const nameOf = (error: unknown): string => (error as { name?: string } | undefined)?.name ?? '';

/** The status of an AWS answer that is an error; undefined when there was no answer. */
export const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;

/** Says a failure of an AWS service in the words of the ports. */
export const awsError = (doing: string, error: unknown): AppError => {
  if (error instanceof AppError) return error;
  if (isBusy(error)) {
    return new AppError('overloaded', `AWS was too busy to ${doing} (${nameOf(error)}): send again`, {
      cause: error,
      retryAfterS: 5,
    });
  }
  return new AppError('storageFailed', `could not ${doing}: ${nameOf(error)} ${(error as Error).message}`, {
    cause: error,
  });
};

/** Does some work with AWS; what fails comes out as an AppError. */
export const failingAs = async <T>(doing: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw awsError(doing, error);
  }
};
