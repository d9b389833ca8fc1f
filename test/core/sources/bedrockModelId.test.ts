import { describe, expect, it } from 'vitest';
import { resolveBedrockModel } from '../../../core/sources/bedrockModelId.ts';

const SONNET = 'anthropic.claude-sonnet-4-20250514-v1:0';
const arn = (path: string, account = '123456789012') => `arn:aws:bedrock:us-east-1:${account}:${path}`;

describe('the model behind an identifier of Bedrock', () => {
  it.each([
    ['a model', SONNET, SONNET, SONNET],
    ['a model with a dot in its name', 'zai.glm-4.6', 'zai.glm-4.6', 'zai.glm-4.6'],
    [
      'a model of a provider with digits',
      'ai21.jamba-1-5-mini-v1:0',
      'ai21.jamba-1-5-mini-v1:0',
      'ai21.jamba-1-5-mini-v1:0',
    ],
    ['the ARN of a model', arn(`foundation-model/${SONNET}`, ''), SONNET, SONNET],
    ['a regional profile', `us.${SONNET}`, `us.${SONNET}`, SONNET],
    ['a profile of a named geography', `apac.${SONNET}`, `apac.${SONNET}`, SONNET],
    ['a profile of GovCloud', `us-gov.${SONNET}`, `us-gov.${SONNET}`, SONNET],
    ['a global profile', `global.${SONNET}`, `global.${SONNET}`, SONNET],
    ['the ARN of a profile', arn(`inference-profile/eu.${SONNET}`), `eu.${SONNET}`, SONNET],
    [
      'a custom model',
      arn('custom-model/amazon.titan-text-lite-v1:0:4k/abcdef123456'),
      'abcdef123456',
      'amazon.titan-text-lite-v1:0:4k',
    ],
  ])('is told by %s', (_what, modelId, deployment, model) => {
    expect(resolveBedrockModel(modelId)).toMatchObject({ deployment, model });
  });

  it.each([
    [
      'an application inference profile',
      arn('application-inference-profile/1a2b3c4d5e6f'),
      'applicationInferenceProfile',
      '1a2b3c4d5e6f',
    ],
    ['the id of one, as CloudWatch has it', '1a2b3c4d5e6f', 'own', '1a2b3c4d5e6f'],
    ['provisioned throughput', arn('provisioned-model/gdlxyz123456'), 'provisionedThroughput', 'gdlxyz123456'],
    ['an imported model', arn('imported-model/q8w7e6r5t4y3'), 'importedModel', 'q8w7e6r5t4y3'],
    ['a deployment of a custom model', arn('custom-model-deployment/abc123'), 'customModelDeployment', 'abc123'],
    ['a prompt router', arn('default-prompt-router/anthropic.claude:1'), 'promptRouter', 'anthropic.claude:1'],
    [
      'a model of the marketplace',
      'arn:aws:sagemaker:us-east-1:123456789012:endpoint/llama',
      'marketplaceEndpoint',
      'llama',
    ],
    ['an ARN of a kind that is not known yet', arn('novelty/abc'), 'own', 'abc'],
  ])('is not known from %s, and not guessed', (_what, modelId, kind, deployment) => {
    expect(resolveBedrockModel(modelId)).toEqual({ deployment, kind });
  });

  it('is told of other partitions too', () => {
    expect(resolveBedrockModel(`arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/${SONNET}`).model).toBe(SONNET);
  });
});
