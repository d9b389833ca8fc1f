import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { logged } from './log.ts';
import { measured } from './metrics.ts';

/** What every function has around its work: request ids in its logs, its metrics published, failures logged. */
export const shell = <Event, Answer>(work: (event: Event, context: Context) => Promise<Answer>) =>
  middy<Event, Answer>()
    .use([logged(), measured()])
    .handler((event, context) => work(event, context));
