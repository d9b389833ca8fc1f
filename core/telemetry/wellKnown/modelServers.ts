import type { Target, WellKnownNames } from './names.ts';

const seconds = (to: string): Target => ({ to, scale: 1000 });
const ended = (status: string): Target => ({ to: 'serving.requests', set: { status } });

/**
 * vLLM, from its `vllm/v1/metrics/loggers.py`. Superseded names stand beside their successors: a server sends both with the
 * same values, and as one series they count once.
 */
const VLLM: WellKnownNames = {
  labels: { model_name: 'model', finished_reason: 'finishReason' },
  names: {
    'vllm:num_requests_running': 'serving.requestsRunning',
    'vllm:num_requests_waiting': 'serving.requestsWaiting',
    'vllm:kv_cache_usage_perc': { to: 'serving.kvCacheUtilization', scale: 100 },
    'vllm:gpu_cache_usage_perc': { to: 'serving.kvCacheUtilization', scale: 100 },
    'vllm:prefix_cache_queries_total': 'serving.prefixCacheQueries',
    'vllm:gpu_prefix_cache_queries_total': 'serving.prefixCacheQueries',
    'vllm:prefix_cache_hits_total': 'serving.prefixCacheHits',
    'vllm:gpu_prefix_cache_hits_total': 'serving.prefixCacheHits',
    'vllm:num_preemptions_total': 'serving.preemptions',
    'vllm:prompt_tokens_total': 'serving.promptTokens',
    'vllm:generation_tokens_total': 'serving.generationTokens',
    'vllm:request_success_total': ended('ok'),
    'vllm:request_prompt_tokens': 'serving.requestPromptTokens',
    'vllm:request_generation_tokens': 'serving.requestGenerationTokens',
    'vllm:time_to_first_token_seconds': seconds('serving.timeToFirstToken'),
    'vllm:inter_token_latency_seconds': seconds('serving.timePerOutputToken'),
    'vllm:time_per_output_token_seconds': seconds('serving.timePerOutputToken'),
    'vllm:e2e_request_latency_seconds': seconds('serving.requestLatency'),
    'vllm:request_queue_time_seconds': seconds('serving.queueTime'),
    'vllm:request_prefill_time_seconds': seconds('serving.prefillTime'),
    'vllm:request_decode_time_seconds': seconds('serving.decodeTime'),
  },
};

/** SGLang, from its page "Production Metrics". */
const SGLANG: WellKnownNames = {
  labels: { model_name: 'model' },
  names: {
    'sglang:num_running_reqs': 'serving.requestsRunning',
    'sglang:num_queue_reqs': 'serving.requestsWaiting',
    'sglang:token_usage': { to: 'serving.kvCacheUtilization', scale: 100 },
    'sglang:prompt_tokens_total': 'serving.promptTokens',
    'sglang:generation_tokens_total': 'serving.generationTokens',
    'sglang:time_to_first_token_seconds': seconds('serving.timeToFirstToken'),
    'sglang:inter_token_latency_seconds': seconds('serving.timePerOutputToken'),
    'sglang:e2e_request_latency_seconds': seconds('serving.requestLatency'),
  },
};

/** Hugging Face's Text Generation Inference, from its page "Metrics". Its counters have no suffix, its seconds neither. */
const TGI: WellKnownNames = {
  labels: { err: 'errorType' },
  names: {
    tgi_batch_current_size: 'serving.requestsRunning',
    tgi_queue_size: 'serving.requestsWaiting',
    tgi_request_success: ended('ok'),
    tgi_request_failure: ended('error'),
    tgi_request_duration: seconds('serving.requestLatency'),
    tgi_request_queue_duration: seconds('serving.queueTime'),
    tgi_request_mean_time_per_token_duration: seconds('serving.timePerOutputToken'),
    tgi_request_input_length: 'serving.requestPromptTokens',
    tgi_request_generated_tokens: 'serving.requestGenerationTokens',
  },
};

/** NVIDIA Triton, from its user guide's page "Metrics". Its counters have no suffix; ratios are 0 to 1. */
const TRITON: WellKnownNames = {
  labels: { version: 'modelVersion', gpu_uuid: 'gpu', reason: 'errorType' },
  names: {
    nv_inference_request_success: ended('ok'),
    nv_inference_request_failure: ended('error'),
    nv_inference_pending_request_count: 'serving.requestsWaiting',
    nv_gpu_utilization: { to: 'gpu.utilization', scale: 100 },
    nv_gpu_memory_used_bytes: 'gpu.memoryUsed',
    nv_gpu_memory_total_bytes: 'gpu.memoryTotal',
    nv_gpu_power_usage: 'gpu.power',
    nv_gpu_power_limit: 'gpu.powerLimit',
    nv_energy_consumption: 'gpu.energy',
  },
};

export const MODEL_SERVERS: readonly WellKnownNames[] = [VLLM, SGLANG, TGI, TRITON];
