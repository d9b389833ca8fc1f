import type { Target, WellKnownNames } from './names.ts';

const mebibytes = (to: string): Target => ({ to, scale: 1024 * 1024 });
const share = (to: string): Target => ({ to, scale: 100 });
const megahertz = (to: string): Target => ({ to, scale: 1e-6 });
const ecc = (severity: string): Target => ({ to: 'gpu.eccErrors', set: { severity } });

/** DCGM, from dcgm-exporter's `etc/default-counters.csv` and its samples of further fields. DEV utilizations are %, PROF ones 0 to 1. */
const DCGM: WellKnownNames = {
  labels: { modelName: 'gpuModel', UUID: 'uuid', Hostname: 'host' },
  // DCGM_FP64_BLANK, the smaller of DCGM's marks for "no value" that some exporters pass on.
  blankFrom: 2 ** 47,
  names: {
    DCGM_FI_DEV_GPU_UTIL: 'gpu.utilization',
    DCGM_FI_DEV_MEM_COPY_UTIL: 'gpu.memoryBandwidthUtilization',
    DCGM_FI_DEV_ENC_UTIL: 'gpu.encoderUtilization',
    DCGM_FI_DEV_DEC_UTIL: 'gpu.decoderUtilization',
    DCGM_FI_DEV_FB_USED: mebibytes('gpu.memoryUsed'),
    DCGM_FI_DEV_FB_FREE: mebibytes('gpu.memoryFree'),
    DCGM_FI_DEV_FB_TOTAL: mebibytes('gpu.memoryTotal'),
    DCGM_FI_DEV_FB_USED_PERCENT: share('gpu.memoryUtilization'),
    DCGM_FI_DEV_GPU_TEMP: 'gpu.temperature',
    DCGM_FI_DEV_MEMORY_TEMP: 'gpu.memoryTemperature',
    DCGM_FI_DEV_POWER_USAGE: 'gpu.power',
    DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION: { to: 'gpu.energy', scale: 1e-3 },
    DCGM_FI_DEV_SM_CLOCK: 'gpu.smClock',
    DCGM_FI_DEV_MEM_CLOCK: 'gpu.memoryClock',
    DCGM_FI_DEV_XID_ERRORS: 'gpu.lastXid',
    DCGM_FI_DEV_ECC_SBE_VOL_TOTAL: ecc('corrected'),
    DCGM_FI_DEV_ECC_DBE_VOL_TOTAL: ecc('uncorrected'),
    DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS: { to: 'gpu.remappedRows', set: { severity: 'corrected' } },
    DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS: { to: 'gpu.remappedRows', set: { severity: 'uncorrected' } },
    DCGM_FI_DEV_PCIE_REPLAY_COUNTER: 'gpu.pcieReplays',
    DCGM_FI_PROF_SM_ACTIVE: share('gpu.smUtilization'),
    DCGM_FI_PROF_PIPE_TENSOR_ACTIVE: share('gpu.tensorUtilization'),
    DCGM_FI_PROF_PCIE_TX_BYTES: { to: 'gpu.pcieThroughput', set: { direction: 'transmit' } },
    DCGM_FI_PROF_PCIE_RX_BYTES: { to: 'gpu.pcieThroughput', set: { direction: 'receive' } },
  },
};

/**
 * nvidia-smi by the CloudWatch agent (memory in MiB, percent 0 to 100, labels `index` and `name`) and by
 * nvidia_gpu_exporter (its METRICS.md: bytes, ratios 0 to 1, label `uuid`). Where a name is in both, so is its unit.
 */
const NVIDIA_SMI: WellKnownNames = {
  labels: { index: 'gpu', name: 'gpuModel' },
  names: {
    nvidia_smi_utilization_gpu: 'gpu.utilization',
    nvidia_smi_utilization_gpu_ratio: share('gpu.utilization'),
    nvidia_smi_utilization_memory: 'gpu.memoryBandwidthUtilization',
    nvidia_smi_utilization_memory_ratio: share('gpu.memoryBandwidthUtilization'),
    nvidia_smi_memory_used: mebibytes('gpu.memoryUsed'),
    nvidia_smi_memory_used_bytes: 'gpu.memoryUsed',
    nvidia_smi_memory_free: mebibytes('gpu.memoryFree'),
    nvidia_smi_memory_free_bytes: 'gpu.memoryFree',
    nvidia_smi_memory_total: mebibytes('gpu.memoryTotal'),
    nvidia_smi_memory_total_bytes: 'gpu.memoryTotal',
    nvidia_smi_temperature_gpu: 'gpu.temperature',
    nvidia_smi_power_draw: 'gpu.power',
    nvidia_smi_power_draw_watts: 'gpu.power',
    nvidia_smi_power_limit_watts: 'gpu.powerLimit',
    nvidia_smi_fan_speed: 'gpu.fanUtilization',
    nvidia_smi_fan_speed_ratio: share('gpu.fanUtilization'),
    nvidia_smi_clocks_current_sm: 'gpu.smClock',
    nvidia_smi_clocks_current_sm_clock_hz: megahertz('gpu.smClock'),
    nvidia_smi_clocks_current_memory: 'gpu.memoryClock',
    nvidia_smi_clocks_current_memory_clock_hz: megahertz('gpu.memoryClock'),
  },
};

export const NVIDIA: readonly WellKnownNames[] = [DCGM, NVIDIA_SMI];
