/**
 * Attribute names that stand for our dimensions, the preferred one first. Of several present the first with a value counts.
 * Sources: OpenTelemetry semantic conventions (current and older), OpenLLMetry, OpenInference.
 */
export const DIMENSIONS = {
  service: ['service.name'],
  instance: ['service.instance.id'],
  host: ['host.name'],
  deployment: ['modelmeter.deployment', 'deployment'],
  model: [
    'gen_ai.request.model',
    'gen_ai.response.model',
    'llm.request.model',
    'llm.response.model',
    'llm.model_name',
    'embedding.model_name',
    'model',
  ],
  modelVersion: ['modelmeter.modelVersion', 'modelmeter.model_version', 'modelVersion', 'model_version'],
  variant: ['modelmeter.variant', 'variant'],
  team: ['modelmeter.team', 'team', 'team.name', 'traceloop.association.properties.team'],
  project: ['modelmeter.project', 'project', 'project.name', 'traceloop.association.properties.project'],
  environment: ['deployment.environment.name', 'deployment.environment', 'environment'],
  provider: ['gen_ai.provider.name', 'gen_ai.system', 'llm.provider', 'llm.system', 'llm.vendor'],
  region: ['cloud.region', 'aws.region', 'region'],
  account: ['cloud.account.id', 'account'],
  client: [
    'modelmeter.client',
    'enduser.id',
    'user.id',
    'enduser.pseudo.id',
    'traceloop.association.properties.user_id',
    'langfuse.user.id',
    'client',
  ],
} as const satisfies Record<string, readonly string[]>;

export type Dimension = keyof typeof DIMENSIONS;

const CLIENT_NAMES: ReadonlySet<string> = new Set(DIMENSIONS.client);

/** Does this attribute name a person or key that calls: what `hashClient` is for? */
export const isClientKey = (key: string): boolean => CLIENT_NAMES.has(key);
