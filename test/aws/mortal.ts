import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { BlockBytes } from '../../adapters/aws/blockBytes.ts';

/** How the chosen call fails: it never arrives; it is done, but its answer is lost; or it is refused, once. */
export type Fault = 'killed before' | 'killed after' | 'throttled';
export const FAULTS: readonly Fault[] = ['killed before', 'killed after', 'throttled'];

const READING = /^(Get|BatchGet|Query)Command$/;

/**
 * Counts the calls of a process to AWS, and lets the `at`-th fail. A killed process makes no further call.
 *
 * @param of.counted `writes` where reads need not fail: who is killed at one was killed after the write before it
 */
export const mortal = (of: { fault: Fault; at: number; counted: 'writes' | 'all' }) => {
  let calls = 0;
  let isDead = false;

  const run = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
    if (isDead) throw new Error('this process is dead');
    if (of.counted === 'writes' && READING.test(name)) return call();
    if (++calls !== of.at) return call();
    if (of.fault === 'throttled') throw Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    if (of.fault === 'killed after') await call();
    isDead = true;
    throw new Error(`killed at ${name}, call ${of.at}`);
  };

  return {
    hasFailed: () => calls >= of.at,
    isDead: () => isDead,
    dynamo: (client: DynamoDBDocumentClient): DynamoDBDocumentClient =>
      new Proxy(client, {
        get: (target, name) =>
          name === 'send'
            ? (command: never) => run((command as object).constructor.name, () => target.send(command))
            : Reflect.get(target, name),
      }),
    bytes: (bytes: BlockBytes): BlockBytes => ({
      put: (id, content) => run('put', () => bytes.put(id, content)),
      read: (pieces) => run('GetCommand', () => bytes.read(pieces)),
      remove: (ids) => run('remove', () => bytes.remove(ids)),
    }),
  };
};
