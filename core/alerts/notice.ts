import type { Severity } from '../config.ts';

/** Whatever looks for things that people should know of. */
export const SCANS = ['fleet', 'sources', 'budgets'] as const;
export type Scan = (typeof SCANS)[number];

/** One thing that somebody should know: that it began, or that it is over. */
export interface Notice {
  /** The same for as long as it holds on, for example `gpu-idle-held/i-0a1/3`. */
  id: string;
  state: 'firing' | 'resolved';
  severity: Severity;
  /** One line. */
  title: string;
  /** What happened, in a sentence or two. */
  text: string;
  /** Since when, epoch milliseconds. */
  sinceMs: number;
  /** What it is about in numbers, each with its unit. */
  numbers: readonly { name: string; value: string }[];
  /** The deployment that it is about; undefined = none, or it is not known. */
  deployment?: string | undefined;
  /** Who answers for it; undefined = nobody is known. */
  owner?: string | undefined;
  /** What the owner does first. */
  action: string;
  /** Address of its section in the runbook. */
  runbook: string;
  links: readonly { text: string; url: string }[];
}
