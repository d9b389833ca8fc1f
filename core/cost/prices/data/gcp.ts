import type { InstanceTable } from '../instances.ts';

/**
 * Google Cloud's GPU machines, to compare with: machine and accelerators, which the source lists apart, added up. When these
 * prices held is not known. Left out is what the source has at half of its other regions' price, which looks like another
 * tariff (A100 in Asia and europe-west4, H100 at 4.20 in us-central1).
 */
export const GCP: InstanceTable = {
  provider: 'gcp',
  source: 'github.com/skypilot-org/skypilot-catalog catalogs/v8/gcp/vms.csv @ 006059e',
  asOf: undefined,
  regions: ['us-central1', 'us-east4', 'us-east5'],
  rows: [
    ['a2-highgpu-1g', 'A100', 1, 12, 85, [0.73948 + 2.93391, 0.36975 + 1.4341]],
    ['a2-highgpu-2g', 'A100', 2, 24, 170, [1.47895 + 5.86782, 0.7395 + 2.8682]],
    ['a2-highgpu-4g', 'A100', 4, 48, 340, [2.95791 + 11.73563, 1.479 + 5.7364]],
    ['a2-highgpu-8g', 'A100', 8, 96, 680, [5.91582 + 23.47126, 2.958 + 11.4728]],
    ['a2-megagpu-16g', 'A100', 16, 96, 1360, [8.79698 + 46.94253, 4.39824 + 22.9456]],
    ['a2-ultragpu-1g', 'A100-80GB', 1, 12, 170, [], [], [1.09962 + 4.4242, 0.31193 + 1.3356]],
    ['a2-ultragpu-2g', 'A100-80GB', 2, 24, 340, [], [], [2.19924 + 8.84839, 0.62386 + 2.6712]],
    ['a2-ultragpu-4g', 'A100-80GB', 4, 48, 680, [], [], [4.39849 + 17.69679, 1.24772 + 5.3424]],
    ['a2-ultragpu-8g', 'A100-80GB', 8, 96, 1360, [], [], [8.79698 + 35.39358, 2.49544 + 10.6848]],
    ['a3-highgpu-1g', 'H100', 1, 26, 234, [], [1.18251 + 9.79655, 0.26996 + 2.2356]],
  ],
};
