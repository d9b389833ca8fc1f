import type { Message } from '@aws-sdk/client-sqs';
import * as z from 'zod';

/** The functions that nobody waits for, by name. */
export type Parked = 'observe' | 'bedrock-logs';

const EVENT = z.object({ source: z.string(), 'detail-type': z.string() });
const LOGS = z.object({ awslogs: z.object({ data: z.string() }) });

/**
 * What lies in the dead-letter queue of schedules, and whose it is. What Lambda parks is the event itself, with the error and no
 * name of the function, so the event has to tell; EventBridge parks the event, too. Scheduler names its schedule where a run
 * could not be started; where the run itself failed, the event is Scheduler's own.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 *
 * @returns undefined for what is none of these
 */
export const parkedIn = ({ Body = '', MessageAttributes = {} }: Message): Parked | 'scheduled' | undefined => {
  if ('SCHEDULE_ARN' in MessageAttributes) return 'scheduled';
  const event = jsonIn(Body);
  if (LOGS.safeParse(event).success) return 'bedrock-logs';
  const { data } = EVENT.safeParse(event);
  if (data === undefined) return undefined;
  return data['detail-type'] === 'Scheduled Event' ? 'scheduled' : 'observe';
};

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
