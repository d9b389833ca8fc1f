import { Logger } from '@aws-lambda-powertools/logger';
import type { MiddlewareObj } from '@middy/core';
import type { Log } from '../adapters/local/log.ts';

const logger = new Logger({ serviceName: 'modelmeter' });

/** Structured logs; each line names the request that it is about. Fields are small and hold no content. */
export const log: Log = {
  info: (message, fields = {}) => logger.info(message, fields),
  warn: (message, fields = {}) => logger.warn(message, fields),
  error: (message, fields = {}) => logger.error(message, fields),
};

/** Puts the request's id on each line, and logs what nobody caught. */
export const logged = (): MiddlewareObj => ({
  before: ({ context }) => logger.addContext(context),
  onError: ({ error }) => log.error('the function failed', { error }),
});
