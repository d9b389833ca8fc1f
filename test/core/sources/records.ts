/** A record of model-invocation logging as AWS delivers it: a call of Converse through a profile. */
export const converseRecord = {
  schemaType: 'ModelInvocationLog',
  schemaVersion: '1.0',
  timestamp: '2026-03-04T00:38:02Z',
  accountId: '123456789012',
  identity: { arn: 'arn:aws:sts::123456789012:assumed-role/chat-backend/web-7' },
  region: 'eu-west-1',
  inferenceRegion: 'eu-central-1',
  requestId: 'ff4b6c63-5561-4431-93b8-06a817275900',
  operation: 'Converse',
  modelId: 'arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-20250514-v1:0',
  requestMetadata: { team: 'support', project: 'ticket-triage', ticket: 'T-17' },
  input: {
    inputContentType: 'application/json',
    inputBodyJson: { messages: [{ role: 'user', content: [{ text: 'hello how are you' }] }] },
    inputTokenCount: 4,
    cacheReadInputTokenCount: 1000,
    cacheWriteInputTokenCount: 200,
  },
  output: {
    outputContentType: 'application/json',
    outputBodyJson: {
      output: { message: { role: 'assistant', content: [{ text: "I'm doing well, thank you." }] } },
      stopReason: 'end_turn',
      metrics: { latencyMs: 302 },
      usage: { inputTokens: 4, outputTokens: 38, totalTokens: 42 },
    },
    outputTokenCount: 38,
  },
};
