import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { chatMessage } from '../../core/alerts/chatMessage.ts';
import { emailText, smsText, subjectOf } from '../../core/alerts/textMessage.ts';
import type { Severity } from '../../core/config.ts';
import type { Notifier } from '../../core/ports.ts';
import { failingAs } from './awsError.ts';

/**
 * A topic for each severity. One publication serves all who subscribed: e-mail and text messages get plain text, Chatbot
 * and whoever else reads it by a program get Chatbot's schema.
 */
export const snsNotifier = ({
  client,
  topics,
}: {
  client: SNSClient;
  topics: Readonly<Record<Severity, string>>;
}): Notifier => ({
  tell: (notice) =>
    failingAs('tell of a notice', async () => {
      const message = {
        default: JSON.stringify(chatMessage(notice)),
        email: emailText(notice),
        sms: smsText(notice),
      };
      await client.send(
        new PublishCommand({
          TopicArn: topics[notice.severity],
          Subject: subjectOf(notice),
          MessageStructure: 'json',
          Message: JSON.stringify(message),
        }),
      );
    }),
});
