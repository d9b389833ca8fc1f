/**
 * Who is paid for tokens, by the names that telemetry has for providers (OpenTelemetry's `gen_ai.provider.name` and its
 * older `gen_ai.system`, LiteLLM's and our own). The values are the price list's ids.
 */
const PAID: Readonly<Record<string, string>> = {
  'aws.bedrock': 'aws',
  aws_bedrock: 'aws',
  bedrock: 'aws',
  bedrock_converse: 'aws',
  anthropic: 'anthropic',
  openai: 'openai',
  'azure.ai.openai': 'azure',
  'azure.ai.inference': 'azure',
  'az.ai.openai': 'azure',
  'az.ai.inference': 'azure',
  azure: 'azure',
  azure_ai: 'azure',
  google: 'google',
  gemini: 'google',
  vertex_ai: 'google',
  'gcp.gemini': 'google',
  'gcp.vertex_ai': 'google',
  'gcp.gen_ai': 'google',
  mistral: 'mistral',
  mistral_ai: 'mistral',
  cohere: 'cohere',
  deepseek: 'deepseek',
  groq: 'groq',
  perplexity: 'perplexity',
  xai: 'x-ai',
  x_ai: 'x-ai',
  'x-ai': 'x-ai',
  moonshot_ai: 'moonshotai',
  moonshotai: 'moonshotai',
  openrouter: 'openrouter',
  fireworks: 'fireworks',
  fireworks_ai: 'fireworks',
  together: 'together',
  together_ai: 'together',
  cerebras: 'cerebras',
  cloudflare: 'cloudflare',
  voyage: 'voyageai',
  voyageai: 'voyageai',
};

/** Model servers on one's own machines, and endpoints paid by the hour: nobody is paid for tokens. */
const SELF_HOSTED: ReadonlySet<string> = new Set([
  'vllm',
  'sglang',
  'tgi',
  'huggingface-tgi',
  'triton',
  'tensorrt-llm',
  'ollama',
  'llama.cpp',
  'llamacpp',
  'lmdeploy',
  'ray',
  'kserve',
  'local',
  'self-hosted',
  'aws.sagemaker',
  'aws.ec2',
  'sagemaker',
]);

/** The price list's id of who is paid for a provider's tokens; `selfHosted` = nobody is; undefined = not known. */
export const paidProvider = (provider: string): { id: string } | 'selfHosted' | undefined => {
  const name = provider.toLowerCase();
  if (SELF_HOSTED.has(name)) return 'selfHosted';
  return Object.hasOwn(PAID, name) ? { id: PAID[name]! } : undefined;
};

/** Ids of all of them. */
export const PAID_PROVIDERS: readonly string[] = [...new Set(Object.values(PAID))];
