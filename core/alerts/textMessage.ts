import { cut, headlineOf, timeOf } from './chatMessage.ts';
import type { Notice } from './notice.ts';

/** SNS refuses a subject of 100 characters or more, or with any that is not printable ASCII. */
const MAX_SUBJECT = 99;
/** What fits in one text message of the alphabet that telephones share. */
const MAX_SMS = 160;

/** The subject of an e-mail: one line of printable ASCII that begins with a letter or digit. */
export const subjectOf = (notice: Notice): string => {
  const line = `${notice.severity.toUpperCase()} ${headlineOf(notice)}`.replace(/[^\x20-\x7e]+/g, ' ');
  return line.slice(0, MAX_SUBJECT).trimEnd();
};

/** The notice as plain text, for e-mail. */
export const emailText = ({ text, sinceMs, numbers, owner, action, runbook, links }: Notice): string =>
  [
    text,
    '',
    `Since: ${timeOf(sinceMs)}`,
    ...numbers.map(({ name, value }) => `${name}: ${value}`),
    `Owner: ${owner ?? 'nobody is known'}`,
    '',
    `What to do: ${action}`,
    `Runbook: ${runbook}`,
    ...links.map((link) => `${link.text}: ${link.url}`),
  ].join('\n');

/** The notice in one text message. */
export const smsText = (notice: Notice): string =>
  cut(`Modelmeter ${notice.severity}: ${headlineOf(notice)}`.replace(/[^\x20-\x7e]+/g, ' '), MAX_SMS - 2);
