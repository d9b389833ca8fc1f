import type { Command } from 'commander';
import type { NoticeAnswer } from '../../core/usecases/notices.ts';
import { httpClient } from './client.ts';
import { urlOption } from './options.ts';
import { table } from './table.ts';

export const addNotices = (program: Command): Command =>
  program
    .command('notices')
    .summary('what is wrong now')
    .description(
      'Show what Modelmeter found wrong and has not seen end: full and idle GPUs, silent hosts and sources, the most severe ' +
        'first. It looks every 15 minutes; the runbook says what each means and what to do.',
    )
    .addOption(urlOption())
    .option('--json', 'the answer as JSON')
    .addHelpText(
      'after',
      `
Examples:
  modelmeter notices
  modelmeter notices --json | jq -r '.notices[] | [.owner, .title, .action] | @tsv'`,
    )
    .action(async ({ url, json }: { url: string; json?: true }) => {
      const response = await httpClient({ url }).get('/v1/notices');
      if (json) return console.log(await response.text());
      console.log(render(((await response.json()) as { notices: NoticeAnswer[] }).notices));
    });

const render = (notices: readonly NoticeAnswer[]): string =>
  notices.length === 0 ? 'nothing that Modelmeter looks for is wrong' : table(HEADER, notices.map(rowOf));

const HEADER = ['severity', 'since (UTC)', 'what', 'owner', 'runbook'];

const rowOf = ({ severity, since, title, owner, runbook }: NoticeAnswer): string[] => [
  severity,
  since.slice(0, 16).replace('T', ' '),
  title,
  owner ?? '(nobody)',
  runbook,
];
