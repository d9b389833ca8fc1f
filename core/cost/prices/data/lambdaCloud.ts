import type { InstanceTable } from '../instances.ts';

/** Lambda Cloud's GPU instances, to compare with: one price in all of its regions. When it held is not known. */
export const LAMBDA_CLOUD: InstanceTable = {
  provider: 'lambda',
  source: 'github.com/skypilot-org/skypilot-catalog catalogs/v8/lambda/vms.csv @ 0f40703',
  asOf: undefined,
  regions: ['*'],
  rows: [
    ['gpu_1x_a6000', 'A6000', 1, 14, 100, [1.09]],
    ['gpu_2x_a6000', 'A6000', 2, 28, 200, [2.18]],
    ['gpu_4x_a6000', 'A6000', 4, 56, 400, [4.36]],
    ['gpu_8x_v100', 'V100', 8, 92, 448, [6.32]],
    ['gpu_1x_h100_pcie', 'H100', 1, 26, 200, [3.29]],
    ['gpu_1x_h100_sxm5', 'H100', 1, 26, 225, [4.29]],
    ['gpu_2x_h100_sxm5', 'H100', 2, 52, 450, [8.38]],
    ['gpu_4x_h100_sxm5', 'H100', 4, 104, 900, [16.36]],
    ['gpu_8x_h100_sxm5', 'H100', 8, 208, 1800, [31.92]],
  ],
};
