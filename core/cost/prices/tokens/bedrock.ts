import { type BedrockKind, resolveBedrockModel } from '../../../sources/bedrockModelId.ts';

/** Why tokens of these have no price of their own. */
const UNPRICED: Partial<Record<BedrockKind, string>> = {
  provisionedThroughput: 'provisioned throughput is paid by the hour, not by the token',
  importedModel: 'an imported model is paid by its running copies, not by the token',
  customModel: 'a custom model has no list price',
  customModelDeployment: 'a custom model has no list price',
  promptRouter: 'a prompt router does not say which model answered',
  marketplaceEndpoint: 'an endpoint of the marketplace is paid by the hour, not by the token',
  applicationInferenceProfile:
    'an application inference profile does not say its model; the registry of deployments may',
};

/**
 * The names to look a Bedrock model up by, in order, or why it has no price. A profile of a geography (`us.`, `eu.`, `jp.`) is
 * priced as its model in its own region where the list does not name the profile; the global one only by its own price.
 */
export const bedrockNames = (model: string): { names: string[] } | { missing: string } => {
  const { kind, deployment, model: foundation } = resolveBedrockModel(model);
  const why = UNPRICED[kind];
  if (why !== undefined) return { missing: `${deployment}: ${why}` };
  const isOwnPriceOnly = foundation === undefined || deployment.startsWith('global.');
  return { names: isOwnPriceOnly ? [deployment] : [deployment, foundation] };
};

/**
 * What to price the tokens of a deployment by. Telemetry from Bedrock names the profile that was called as the deployment and the
 * model behind it as the model; the price depends on the profile.
 */
export const pricedModel = (of: { deployment: string; model: string | undefined }): string | undefined => {
  const behind = resolveBedrockModel(of.deployment).model;
  if (behind === undefined) return of.model;
  const isOfModel = of.model === undefined || resolveBedrockModel(of.model).model === behind;
  return isOfModel ? of.deployment : of.model;
};
