import { mockClient } from 'aws-sdk-client-mock';

type Input = Record<string, unknown>;
type Client = abstract new (...args: never[]) => unknown;
type Command = new (input: never) => unknown;

/** What tests use of aws-sdk-client-mock. Its own types know the SDK's of two years ago, and refuse today's clients. */
export interface AwsMock {
  /** Answers to a command from now on, of any input or of one that holds these fields. */
  on(command: Command, input?: Input): AwsMock;
  resolves(output: Input): AwsMock;
  resolvesOnce(output: Input): AwsMock;
  rejects(error: Error): AwsMock;
  rejectsOnce(error: Error): AwsMock;
  callsFake(answer: (input: Input) => unknown): AwsMock;
  calls(): unknown[];
  commandCalls(command: Command): { args: [{ input: Input }] }[];
  /** Forgets answers and calls. */
  reset(): void;
  /** The client is itself again. */
  restore(): void;
}

/** Every instance of an SDK client answers what the test says, and undefined to anything else. */
export const mockAws = (client: Client): AwsMock => mockClient(client as never) as unknown as AwsMock;
