import { Presets, SingleBar } from 'cli-progress';

export interface Bar {
  /** `done` of the total; `note` stands behind the bar. */
  update(done: number, note?: string): void;
  stop(): void;
}

/** A progress bar on stderr; nothing where that is no terminal or the total is unknown (0). */
export const progressBar = (title: string, total: number): Bar => {
  if (!process.stderr.isTTY || total === 0) return { update() {}, stop() {} };
  const bar = new SingleBar(
    { format: `${title} {bar} {percentage}% {note}`, stream: process.stderr, hideCursor: true, barsize: 30 },
    Presets.shades_classic,
  );
  bar.start(total, 0, { note: '' });
  return {
    update: (done, note = '') => bar.update(Math.min(done, total), { note }),
    stop: () => bar.stop(),
  };
};
