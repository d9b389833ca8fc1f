import { gunzipSync } from 'node:zlib';
import * as z from 'zod';
import { AppError } from '../../core/errors.ts';
import type { LogDelivery } from '../../core/usecases/takeBedrockLogs.ts';

/** A delivery inflates to a few MB: CloudWatch Logs sends at most 1 MB of it compressed. */
const MAX_INFLATED_BYTES = 64 * 1024 * 1024;

const Delivery = z.object({
  messageType: z.string(),
  logGroup: z.string(),
  logEvents: z.array(z.object({ id: z.string(), message: z.string() })),
});

/**
 * What a subscription of CloudWatch Logs hands to a function: gzip in base64. A message that only tests the destination has no
 * events.
 *
 * @throws AppError invalidInput when it is something else
 */
export const readLogDelivery = (data: string): LogDelivery => {
  const { messageType, logGroup, logEvents } = read(data);
  return { logGroup, events: messageType === 'DATA_MESSAGE' ? logEvents : [] };
};

const read = (data: string) => {
  try {
    const json = gunzipSync(Buffer.from(data, 'base64'), { maxOutputLength: MAX_INFLATED_BYTES });
    return Delivery.parse(JSON.parse(json.toString()));
  } catch (cause) {
    throw new AppError('invalidInput', `no delivery of CloudWatch Logs: ${(cause as Error).message}`, { cause });
  }
};
