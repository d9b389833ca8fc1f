import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as z from 'zod';

const Progress = z.object({
  seed: z.int(),
  /** The hour of the first start: incidents stay where they were, however often the demo is started again. */
  anchorMs: z.int(),
  /** All before `fromMs` was accepted; of what is from there to `toMs` it is not known. Sent again just so, it counts once. */
  fromMs: z.int(),
  toMs: z.int(),
});
export type Progress = z.infer<typeof Progress>;

/** What the simulated fleet remembers between starts; undefined when it never ran. Throws when the file is not its own. */
export const readProgress = (file: string): Progress | undefined =>
  existsSync(file) ? Progress.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;

/** Replaces the file in one step, so that it is never half written. */
export const writeProgress = (file: string, progress: Progress): void => {
  writeFileSync(`${file}.new`, JSON.stringify(progress));
  renameSync(`${file}.new`, file);
};
