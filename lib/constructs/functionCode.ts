import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { FunctionName } from '../functions.ts';

const root = join(import.meta.dirname, '../..');

/** The function's code as one file, `index`, made by lambdas/bundle.ts at synth; not made where bundling is off. */
export const codeOf = (name: FunctionName): Code =>
  Code.fromAsset(join(root, 'lambdas', name), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never asked for: the local bundler below always answers.
      image: DockerImage.fromRegistry('none'),
      local: {
        tryBundle: (outputDir) => {
          // In a process of its own, since CDK waits for no promise.
          execFileSync(process.execPath, [join(root, 'lambdas/bundle.ts'), name, outputDir], { stdio: 'inherit' });
          return true;
        },
      },
    },
  });
