import { DescribeSlackWorkspacesCommand, ListMicrosoftTeamsConfiguredTeamsCommand } from '@aws-sdk/client-chatbot';
import type { Check } from '../doctor.ts';
import type { AwsCheck } from './row.ts';

const CONSOLE = 'https://us-east-2.console.aws.amazon.com/chatbot/home#/chat-clients';

/** Configured chat that nobody has authorised: CloudFormation cannot do that, a person has to, once. */
const unauthorised = (kind: string, wanted: readonly string[], authorised: readonly (string | undefined)[]): Check[] =>
  [...new Set(wanted)].map((id) =>
    authorised.includes(id)
      ? { state: 'ok', what: `${kind} ${id} is authorised` }
      : {
          state: 'broken',
          what: `${kind} ${id} is not authorised in this account: the deployment would fail`,
          remedy: `an administrator of ${kind} opens ${CONSOLE}, chooses "Configure new client" and allows it`,
        },
  );

export const slack: AwsCheck = {
  id: 'slack',
  actions: ['chatbot:DescribeSlackWorkspaces'],
  isNeeded: ({ channels }) => channels.slack.length > 0,
  run: async ({ clients, config }) => {
    const { SlackWorkspaces = [] } = await clients.chatbot.send(
      new DescribeSlackWorkspacesCommand({ MaxResults: 100 }),
    );
    return unauthorised(
      'Slack workspace',
      config.channels.slack.map(({ workspaceId }) => workspaceId),
      SlackWorkspaces.map(({ SlackTeamId }) => SlackTeamId),
    );
  },
};

export const teams: AwsCheck = {
  id: 'teams',
  actions: ['chatbot:ListMicrosoftTeamsConfiguredTeams'],
  isNeeded: ({ channels }) => channels.teams.length > 0,
  run: async ({ clients, config }) => {
    const { ConfiguredTeams = [] } = await clients.chatbot.send(
      new ListMicrosoftTeamsConfiguredTeamsCommand({ MaxResults: 100 }),
    );
    return unauthorised(
      'Microsoft team',
      config.channels.teams.map(({ teamId }) => teamId),
      ConfiguredTeams.map(({ TeamId }) => TeamId),
    );
  },
};
