import { type EventPattern, Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface ObservedEventsProps {
  readonly patterns: readonly { readonly id: string; readonly pattern: EventPattern }[];
  readonly observe: IFunction;
  /** Where an event goes that could not be delivered for a day. */
  readonly deadLetters: IQueue;
}

/** What other AWS services announce, each kind by a rule of its own, to one function. */
export class ObservedEvents extends Construct {
  constructor(scope: Construct, id: string, { patterns, observe, deadLetters }: ObservedEventsProps) {
    super(scope, id);
    for (const { id: ruleId, pattern } of patterns)
      new Rule(this, ruleId, {
        eventPattern: pattern,
        targets: [new LambdaFunction(observe, { deadLetterQueue: deadLetters })],
      });
  }
}
