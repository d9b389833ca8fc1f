import type { Notice } from './notice.ts';

/**
 * A notice as AWS Chatbot shows it: its custom notification, version 1.0. Anything else that comes by SNS, plain text too,
 * Chatbot drops without a word. Source: "Custom notifications", AWS Chatbot administrator guide.
 */
export interface ChatMessage {
  version: '1.0';
  source: 'custom';
  id: string;
  content: {
    textType: 'client-markdown';
    title: string;
    description: string;
    nextSteps: string[];
    keywords: string[];
  };
  metadata: {
    threadId: string;
    summary: string;
    eventType: string;
    additionalContext: Record<string, string>;
  };
}

const MAX_TITLE = 250;
const MAX_DESCRIPTION = 8_000;
const MARKS = { critical: ':red_circle:', warning: ':large_yellow_circle:', info: ':large_blue_circle:' };

/** The notice in Chatbot's schema. What begins and its end share a thread. Too long a text is cut, and says so by `…`. */
export const chatMessage = (notice: Notice): ChatMessage => {
  const { id, state, severity, title, text, sinceMs, numbers, owner, action, runbook, links } = notice;
  const mark = state === 'resolved' ? ':white_check_mark:' : MARKS[severity];
  const description = [
    text,
    `*Since* ${timeOf(sinceMs)}`,
    ...numbers.map(({ name, value }) => `*${name}* ${value}`),
    `*Owner* ${owner ?? 'nobody is known; say it in the registry'}`,
    `*Runbook* ${runbook}`,
    ...links.map((link) => `*${link.text}* ${link.url}`),
  ].join('\n');
  return {
    version: '1.0',
    source: 'custom',
    id: `${id}/${state}/${sinceMs}`,
    content: {
      textType: 'client-markdown',
      title: cut(`${mark} ${headlineOf(notice)}`, MAX_TITLE),
      description: cut(description, MAX_DESCRIPTION),
      nextSteps: state === 'firing' ? [action] : [],
      keywords: ['modelmeter', severity],
    },
    metadata: {
      threadId: id,
      summary: cut(title, MAX_TITLE),
      eventType: `modelmeter.${state}`,
      additionalContext: { severity, runbook },
    },
  };
};

/** `2026-03-04 10:00 UTC`. */
export const timeOf = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** The title, with its end said. */
export const headlineOf = ({ state, title }: Notice): string => (state === 'resolved' ? `Over: ${title}` : title);

/** At most so many characters, none of them half a pair of surrogates. */
export const cut = (text: string, length: number): string => {
  if (text.length <= length) return text;
  const kept = text.slice(0, length - 1);
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
};
