/** What an identifier of Bedrock stands for: the deployment that was called and, where the identifier tells, the model behind it. */
export interface BedrockModel {
  /** What was called, as CloudWatch's dimension `ModelId` names it too: an id without the ARN around it. */
  deployment: string;
  /** The foundation model, without where it is called from; undefined where the id is the account's own and says nothing of it. */
  model?: string;
  kind: BedrockKind;
}

export type BedrockKind =
  | 'foundationModel'
  | 'inferenceProfile'
  | 'applicationInferenceProfile'
  | 'provisionedThroughput'
  | 'importedModel'
  | 'customModel'
  | 'customModelDeployment'
  | 'promptRouter'
  | 'marketplaceEndpoint'
  /** An id of the account's own that does not say what it is of. */
  | 'own';

/** Resource types of ARNs, from IAM's "Actions, resources, and condition keys for Amazon Bedrock". */
const KINDS: Readonly<Record<string, BedrockKind>> = {
  'foundation-model': 'foundationModel',
  'inference-profile': 'inferenceProfile',
  'application-inference-profile': 'applicationInferenceProfile',
  'provisioned-model': 'provisionedThroughput',
  'imported-model': 'importedModel',
  'custom-model': 'customModel',
  'custom-model-deployment': 'customModelDeployment',
  'prompt-router': 'promptRouter',
  'default-prompt-router': 'promptRouter',
};

/**
 * A cross-Region profile is a geography that calls are kept in, before `provider.model`: `us.`, `eu.`, `jp.`, `au.` and others of
 * two letters, which no provider's name has.
 */
const PROFILE = /^(?:global|apac|us-gov|[a-z]{2})\.([a-z0-9-]+\.[a-z0-9].*)$/;
/** `provider.model`: what no id of an account's own resources looks like. */
const FOUNDATION = /^[a-z0-9-]+\.[a-z0-9]/;
const ARN = /^arn:[a-z0-9-]+:(bedrock|sagemaker):[a-z0-9-]*:\d*:([a-z-]+)\/(.+)$/;

/**
 * Resolves what Bedrock's logs and metrics call `modelId`: a model's or profile's id, or the ARN of a model, a profile, provisioned
 * throughput, an imported or custom model. Of what is an account's own (an application inference profile is named by random letters)
 * the model is not known: the registry of deployments may say it.
 */
export const resolveBedrockModel = (modelId: string): BedrockModel => {
  const [, service, type = '', path = ''] = ARN.exec(modelId) ?? [];
  if (service === undefined) return byId(modelId);
  if (service === 'sagemaker') return { deployment: path, kind: 'marketplaceEndpoint' };
  const kind = KINDS[type];
  if (kind === undefined) return { deployment: path, kind: 'own' };
  if (kind === 'foundationModel' || kind === 'inferenceProfile') return { ...byId(path), kind };
  // A custom model's path is `base model/id`; the base's context length follows a colon: `amazon.nova-lite-v1:0:256k/id`.
  const [base, own] = path.split('/') as [string, string?];
  return kind === 'customModel' && own !== undefined
    ? { deployment: own, model: base, kind }
    : { deployment: path, kind };
};

const byId = (id: string): BedrockModel => {
  const [, model] = PROFILE.exec(id) ?? [];
  if (model !== undefined) return { deployment: id, model, kind: 'inferenceProfile' };
  return FOUNDATION.test(id) ? { deployment: id, model: id, kind: 'foundationModel' } : { deployment: id, kind: 'own' };
};
