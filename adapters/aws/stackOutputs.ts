import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { AppError } from '../../core/errors.ts';

/**
 * The outputs of a stack, by name; {} where it has none.
 *
 * @throws AppError `notFound` when there is no such stack in the account and region of the client
 */
export const stackOutputs = async ({
  client,
  stack,
}: {
  client: CloudFormationClient;
  stack: string;
}): Promise<Record<string, string>> => {
  const answer = await client.send(new DescribeStacksCommand({ StackName: stack })).catch((cause: Error) => {
    // CloudFormation has no error of its own for it.
    if (cause.name === 'ValidationError' && /does not exist/.test(cause.message)) return undefined;
    throw cause;
  });
  const found = answer?.Stacks?.[0];
  if (!found)
    throw new AppError('notFound', `there is no stack ${stack} here: deploy it, or name another with --stack`);
  return Object.fromEntries((found.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
};
