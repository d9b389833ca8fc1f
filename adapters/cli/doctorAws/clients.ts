import { ChatbotClient } from '@aws-sdk/client-chatbot';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CostExplorerClient } from '@aws-sdk/client-cost-explorer';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { TimestreamWriteClient } from '@aws-sdk/client-timestream-write';
import { type AwsSession, clientOptions } from '../awsSession.ts';

/** Chat configurations are global; their API answers in four regions only, of which this is one. */
const CHATBOT_REGION = 'us-east-2';
/** Where the APIs of the whole account or organisation are. */
const GLOBAL_REGION = 'us-east-1';

export const awsClients = (session: AwsSession) => {
  const here = clientOptions(session);
  return {
    sts: new STSClient(here),
    ssm: new SSMClient(here),
    cloudFormation: new CloudFormationClient(here),
    lambda: new LambdaClient(here),
    quotas: new ServiceQuotasClient(here),
    timestream: new TimestreamWriteClient(here),
    sns: new SNSClient(here),
    ses: new SESv2Client(here),
    organizations: new OrganizationsClient({ ...here, region: GLOBAL_REGION }),
    costExplorer: new CostExplorerClient({ ...here, region: GLOBAL_REGION }),
    chatbot: new ChatbotClient({ ...here, region: CHATBOT_REGION }),
  };
};
export type Clients = ReturnType<typeof awsClients>;
