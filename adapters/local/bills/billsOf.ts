import { basename, join } from 'node:path';
import type { Config } from '../../../core/config.ts';
import { AppError } from '../../../core/errors.ts';
import type { BillDependencies } from '../../http/billRoutes.ts';
import { pathsIn } from '../dataFolder.ts';
import { billThread } from './billThread.ts';
import { billUploads } from './uploads.ts';

/** What imports of bills into a data folder are made of. */
export const billsOf = (
  dataDir: string,
  config: Pick<Config, 'costs' | 'deployments'>,
  now: () => number,
): BillDependencies => {
  const paths = pathsIn(dataDir);
  const tmp = join(paths.archive, 'tmp');
  const uploads = billUploads(join(tmp, 'bills'), now);
  const run = billThread();
  return {
    addPiece: uploads.add,
    async importUpload({ upload, names, format, mode }, onProgress) {
      const files = uploads.files(upload).map((path, i) => ({ path, name: names[i] ?? basename(path) }));
      if (files.length === 0) throw new AppError('notFound', 'there are no files of this upload: send them again');
      try {
        const { costs, deployments } = config;
        return await run(
          {
            documents: paths.rollups,
            scratchDir: join(tmp, 'bill-lines'),
            files,
            format,
            mode,
            nowMs: now(),
            config: { costs, deployments },
          },
          onProgress,
        );
      } finally {
        uploads.remove(upload);
      }
    },
  };
};
