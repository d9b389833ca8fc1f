import type { Template } from 'aws-cdk-lib/assertions';

/** One statement of a policy of a role. */
export interface Statement {
  /** Logical id of the policy. */
  policy: string;
  actions: string[];
  resources: unknown[];
  conditions: Record<string, Record<string, unknown>>;
}

const listOf = <T>(value: T | T[] | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** What roles of a stack are allowed; policies of resources (keys, buckets, queues) say who, and are not among them. */
export const statementsOf = (template: Template): Statement[] => {
  const documents = [
    ...['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) =>
      Object.entries(template.findResources(type)).map(
        ([policy, { Properties }]) => [policy, Properties.PolicyDocument] as const,
      ),
    ),
    ...Object.entries(template.findResources('AWS::IAM::Role')).flatMap(([role, { Properties }]) =>
      listOf(Properties.Policies).map(
        (inline) => [role, (inline as { PolicyDocument: unknown }).PolicyDocument] as const,
      ),
    ),
  ] as [string, { Statement: { Action?: string[]; Resource?: unknown[]; Condition?: Statement['conditions'] }[] }][];
  return documents.flatMap(([policy, { Statement }]) =>
    Statement.map(({ Action, Resource, Condition }) => ({
      policy,
      actions: listOf(Action as string | string[]),
      resources: listOf(Resource),
      conditions: Condition ?? {},
    })),
  );
};

/** What the role of one construct is allowed, as `action on resource`, sorted; the resource as short as it can be told. */
export const allowedTo = (template: Template, construct: string): string[] =>
  statementsOf(template)
    .filter(({ policy }) => policy.startsWith(construct))
    .flatMap(({ actions, resources }) =>
      actions.flatMap((action) => resources.map((resource) => `${action} on ${short(resource)}`)),
    )
    .sort();

/** Of an import or a part of a template the name of the resource and what follows it: `…FnGetAttDataBucketE6B0FAA8Arn…/batches/*`. */
const short = (resource: unknown): string =>
  JSON.stringify(resource)
    .replace(/\{"Fn::ImportValue":"[^"]*(?:FnGetAtt|Ref)([A-Za-z]+?)[0-9A-F]{8}(?:Arn)?[0-9A-F]{8}"\}/g, '$1')
    .replace(/\{"Fn::GetAtt":\["([A-Za-z]+?)[0-9A-F]{8}","Arn"\]\}/g, '$1')
    .replace(/\{"Ref":"([A-Za-z:]+?)(?:[0-9A-F]{8})?"\}/g, '$1')
    .replace(/\{"Fn::Join":\["",\[(.*?)\]\]\}/g, (_, parts: string) =>
      parts.replaceAll('","', '').replace(/",|,"/g, ''),
    )
    .replaceAll('"', '');
