interface Resource {
  Type: string;
  DependsOn?: string | string[];
}

/** A CloudFormation template as JSON. */
export interface TemplateJson {
  Resources: Record<string, Resource>;
  Outputs?: Record<string, { Value: unknown }>;
}

/** Types of resources that moto 5 has no CloudFormation for. It passes over them, but fails where another names one. */
const MOTO_CANNOT = [
  /^AWS::ApiGatewayV2::/,
  /^AWS::Athena::/,
  /^AWS::Chatbot::/,
  /^AWS::Cognito::/,
  /^AWS::Glue::/,
  /^AWS::Lambda::EventInvokeConfig$/,
  /^AWS::Logs::SubscriptionFilter$/,
  /^AWS::S3::BucketPolicy$/,
  /^AWS::SQS::QueuePolicy$/,
  /^AWS::Scheduler::/,
  // Its answer comes by a pre-signed address that only AWS has.
  /^Custom::/,
];

const isBeyondMoto = ({ Type }: Resource) => MOTO_CANNOT.some((type) => type.test(Type));

/** The template without what moto cannot make; what named it has a text instead, `unmade-` and the logical id. */
export const whatMotoCan = (template: TemplateJson): TemplateJson => {
  const { Resources, Outputs = {} } = template;
  const gone = new Set(Object.keys(Resources).filter((id) => isBeyondMoto(Resources[id]!)));
  const withoutGone = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(withoutGone);
    if (typeof value !== 'object' || value === null) return value;
    const { Ref, 'Fn::GetAtt': got } = value as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
    const named = Ref ?? got?.[0];
    if (named !== undefined && gone.has(named)) return `unmade-${named}`;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withoutGone(each)]));
  };
  const kept = Object.entries(Resources).filter(([id]) => !gone.has(id));
  return {
    ...template,
    Resources: Object.fromEntries(
      kept.map(([id, { DependsOn = [], ...resource }]) => [
        id,
        { ...(withoutGone(resource) as Resource), DependsOn: [DependsOn].flat().filter((other) => !gone.has(other)) },
      ]),
    ),
    Outputs: withoutGone(Outputs) as NonNullable<TemplateJson['Outputs']>,
  };
};
