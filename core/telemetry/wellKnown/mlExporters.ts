import type { Target, WellKnownNames } from './names.ts';

const seconds = (to: string): Target => ({ to, scale: 1000 });

/**
 * Names that machine-learning exporters of one's own go by. A trainer's `job_name` becomes `trainingJob`, since `job` is
 * the scrape job to Prometheus. Its clients put `_total` behind a counter that lacks it.
 */
const ML: WellKnownNames = {
  labels: {
    model_name: 'model',
    model_id: 'model',
    model_version: 'modelVersion',
    feature_name: 'feature',
    metric_type: 'statistic',
    job_name: 'trainingJob',
    instance_type: 'instanceType',
    gpu_id: 'gpu',
    gpu_name: 'gpuModel',
  },
  names: {
    ml_inference_requests_total: 'serving.requests',
    model_predictions_total: 'serving.requests',
    ml_inference_duration_seconds: seconds('serving.requestLatency'),
    model_inference_duration_seconds: seconds('serving.requestLatency'),
    model_prediction_latency_seconds: seconds('serving.requestLatency'),
    ml_inference_cost_dollars: 'serving.cost',
    ml_inference_cost_dollars_total: 'serving.cost',
    model_queue_length: 'serving.requestsWaiting',
    model_errors_total: 'serving.errors',
    model_timeout_total: 'serving.timeouts',
    model_fallback_total: 'serving.fallbacks',
    model_memory_usage_bytes: 'serving.modelMemory',
    ml_model_accuracy: 'ml.accuracy',
    model_accuracy_score: 'ml.accuracy',
    model_prediction_error: 'ml.predictionError',
    ml_data_drift_score: 'ml.driftScore',
    model_drift_score: 'ml.driftScore',
    ml_feature_importance: 'ml.featureImportance',
    model_feature_importance: 'ml.featureImportance',
    ml_training_loss: 'ml.trainingLoss',
    ml_training_accuracy: 'ml.trainingAccuracy',
    ml_learning_rate: 'ml.learningRate',
    ml_training_cost_dollars: 'ml.trainingCost',
    ml_gpu_utilization_percent: 'gpu.utilization',
    ml_gpu_memory_used_bytes: 'gpu.memoryUsed',
    ml_gpu_memory_total_bytes: 'gpu.memoryTotal',
    vram_allocated_bytes: 'gpu.memoryUsed',
    vram_available_bytes: 'gpu.memoryFree',
    nvidia_gpu_memory_usage_percent: 'gpu.memoryUtilization',
  },
};

export const ML_EXPORTERS: readonly WellKnownNames[] = [ML];
