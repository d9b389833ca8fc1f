import type { PublishCommandInput, SNSClient } from '@aws-sdk/client-sns';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { snsNotifier } from '../../../adapters/aws/snsNotifier.ts';
import { chatMessage } from '../../../core/alerts/chatMessage.ts';
import { emailText, smsText, subjectOf } from '../../../core/alerts/textMessage.ts';
import { aNotice } from './world.ts';

describe('a message for a chat channel', () => {
  it('has the schema without which Chatbot drops it, and says what, since when, how much, whose, and what to do', () => {
    expect(chatMessage(aNotice())).toEqual({
      version: '1.0',
      source: 'custom',
      id: 'gpu-idle-held/i-1/0/firing/1772618400000',
      content: {
        textType: 'client-markdown',
        title: ':large_yellow_circle: GPU 0 of i-1 is held and idle',
        description: [
          'Somebody holds memory of GPU 0 of i-1, which has done nothing for 60 min.',
          '*Since* 2026-03-04 10:00 UTC',
          '*VRAM in use* 93.0 % of 24.0 GiB',
          '*Owner* ada@example.com',
          '*Runbook* https://example.com/runbook.md#gpu-idle-held',
          '*Graph* https://example.com/graph',
        ].join('\n'),
        nextSteps: ['Ask its owner.'],
        keywords: ['modelmeter', 'warning'],
      },
      metadata: {
        threadId: 'gpu-idle-held/i-1/0',
        summary: 'GPU 0 of i-1 is held and idle',
        eventType: 'modelmeter.firing',
        additionalContext: { severity: 'warning', runbook: 'https://example.com/runbook.md#gpu-idle-held' },
      },
    });
  });

  it('ends in the thread that it began, without next steps', () => {
    const [began, ended] = [chatMessage(aNotice()), chatMessage(aNotice({ state: 'resolved' }))];

    expect(ended.metadata.threadId).toBe(began.metadata.threadId);
    expect(ended.id).not.toBe(began.id);
    expect(ended.content).toMatchObject({
      title: ':white_check_mark: Over: GPU 0 of i-1 is held and idle',
      nextSteps: [],
    });
  });

  it('says that nobody is known to own it', () => {
    expect(chatMessage(aNotice({ owner: undefined })).content.description).toContain('*Owner* nobody is known');
  });

  it('stays within the bounds of Chatbot, SNS and telephones, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 20_000 }), (text) => {
        const notice = aNotice({ title: text, text });
        const { title, description } = chatMessage(notice).content;

        expect(title.length).toBeLessThanOrEqual(250);
        expect(description.length).toBeLessThanOrEqual(8_000);
        expect(title.isWellFormed() && description.isWellFormed()).toBe(true);
        expect(subjectOf(notice)).toMatch(/^[A-Z][\x20-\x7e]{0,98}$/);
        expect(smsText(notice).length).toBeLessThanOrEqual(160);
      }),
      { numRuns: 50 },
    );
  });
});

describe('telling by SNS', () => {
  it('gives e-mail and telephones plain text, and Chatbot its schema, by one publication to the topic of the severity', async () => {
    const sent: PublishCommandInput[] = [];
    const client = {
      send: async ({ input }: { input: PublishCommandInput }) => void sent.push(input),
    } as unknown as SNSClient;
    const topics = { critical: 'arn:c', warning: 'arn:w', info: 'arn:i' };
    const notice = aNotice();

    await snsNotifier({ client, topics }).tell(notice);

    const { Message, ...rest } = sent[0]!;
    expect(rest).toEqual({ TopicArn: 'arn:w', Subject: subjectOf(notice), MessageStructure: 'json' });
    const parts = JSON.parse(Message!);
    expect(JSON.parse(parts.default)).toEqual(chatMessage(notice));
    expect(parts).toMatchObject({ email: emailText(notice), sms: smsText(notice) });
    expect(parts.email).not.toContain('{');
    expect(parts.sms).toBe('Modelmeter warning: GPU 0 of i-1 is held and idle');
  });
});
