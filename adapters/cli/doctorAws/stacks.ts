import { DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import type { Check } from '../doctor.ts';
import type { AwsCheck } from './row.ts';

const STACKS = ['ModelmeterData', 'ModelmeterApp', 'ModelmeterObservability', 'ModelmeterFleet'];

/** What is deployed already, and whether it can be updated. */
export const stacks: AwsCheck = {
  id: 'stacks',
  actions: ['cloudformation:DescribeStacks'],
  run: async ({ clients, region }) => {
    const found = await Promise.all(
      STACKS.map((name) =>
        clients.cloudFormation.send(new DescribeStacksCommand({ StackName: name })).then(
          ({ Stacks }) => Stacks?.[0],
          (error: Error) => {
            if (error.name === 'ValidationError' && /does not exist/.test(error.message)) return undefined;
            throw error;
          },
        ),
      ),
    );
    const present = found.filter((stack) => stack !== undefined);
    if (present.length === 0) return [{ state: 'ok', what: `nothing of Modelmeter is deployed in ${region} yet` }];
    return present.map(condition);
  },
};

/** Statuses from which CloudFormation takes no update, and what gets out of them. */
const STUCK: Record<string, (stack: string) => string> = {
  ROLLBACK_COMPLETE: () => 'its first deployment failed: delete the stack, then deploy again',
  ROLLBACK_FAILED: () => 'delete the stack (in the console, keeping what cannot be deleted), then deploy again',
  UPDATE_ROLLBACK_FAILED: (stack) => `aws cloudformation continue-update-rollback --stack-name ${stack}`,
  DELETE_FAILED: () => 'see its events for what could not be deleted, then delete it again',
};

const condition = (stack: Stack): Check => {
  const { StackName = '', LastUpdatedTime, CreationTime, Outputs = [] } = stack;
  const status: string = stack.StackStatus ?? 'UNKNOWN';
  const since = (LastUpdatedTime ?? CreationTime)?.toISOString().slice(0, 16).replace('T', ' ');
  const version = Outputs.find(({ OutputKey }) => OutputKey === 'Version')?.OutputValue;
  const what = `${StackName}${version ? ` ${version}` : ''}: ${status} since ${since ?? 'an unknown time'}`;
  const remedy = STUCK[status]?.(StackName);
  if (remedy) return { state: 'broken', what, remedy };
  if (status.endsWith('IN_PROGRESS')) return { state: 'advice', what, remedy: 'wait until it is done' };
  return { state: 'ok', what };
};
