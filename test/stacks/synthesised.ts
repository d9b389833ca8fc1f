import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { parseConfig } from '../../adapters/configFile.ts';
import { modelmeter } from '../../lib/modelmeter.ts';

const cdkJson = join(import.meta.dirname, '../../cdk.json');

/** All stacks of a configuration (the text of a modelmeter.yaml), synthesised without the functions' code. */
export const synthesised = (yaml = '') => {
  const { context } = JSON.parse(readFileSync(cdkJson, 'utf8'));
  const app = new App({
    outdir: mkdtempSync(join(tmpdir(), 'modelmeter-cdk-')),
    context: { ...context, 'aws:cdk:bundling-stacks': [] },
  });
  modelmeter(app, { config: parseConfig(yaml, 'modelmeter.yaml') });
  const assembly = app.synth();
  const templates = new Map(assembly.stacks.map((stack) => [stack.stackName, Template.fromJSON(stack.template)]));
  return {
    app,
    templates,
    assembly,
    /** Where the templates lie. */
    files: assembly.stacks.map((stack) => stack.templateFullPath),
    /** The template of one stack; throws where the configuration asks for none. */
    template: (name: string): Template => {
      const template = templates.get(name);
      if (!template) throw new Error(`no stack is named ${name}; there are ${[...templates.keys()].join(', ')}`);
      return template;
    },
  };
};

const CHOICES = {
  store: { dynamodb: '', timestream: 'timeSeriesStore: timestream' },
  login: {
    cognito: '',
    oidc: 'login: { kind: oidc, issuer: "https://login.example.com", audience: [modelmeter] }',
  },
  fleet: {
    off: '',
    on: 'gpuFleet: { enabled: true, measurements: all, dcgmPort: 9400, vllmPort: 8000, metricStream: true }',
  },
  chat: {
    off: '',
    on: `channels:
  slack: [{ workspaceId: T0123ABCD, channelId: C0123ABCD }]
  teams: [{ teamId: 5b3c7a52-9f3e-4c1b-8d1e-0c2a4d6e8f10, tenantId: 5b3c7a52-9f3e-4c1b-8d1e-0c2a4d6e8f11, channelId: "19:abc@thread.tacv2" }]
  email: [{ address: ada@example.com }]
  sms: [{ number: "+4930123456" }]`,
  },
};
/** What is not a choice of its own: on together with the chat, so that everything is synthesised in some configuration. */
const EVERYTHING_ELSE = {
  aws: 'costExplorer: { enabled: true }, dashboards: [api, cost, business, modelmeter], traceIngest: true, sources: { bedrockLogGroup: bedrock-calls }, tags: { cost-centre: "42" }',
  top: 'hashClients: true\nretention: { archiveDays: 365 }\nbudgets: { all: { usd: 100, aws: true } }\n',
};

/** Every configuration that changes what is deployed: its name, and the text of its modelmeter.yaml. */
export const configurations = (): { name: string; yaml: string }[] =>
  Object.entries(CHOICES.store).flatMap(([store, storeYaml]) =>
    Object.entries(CHOICES.login).flatMap(([login, loginYaml]) =>
      Object.entries(CHOICES.fleet).flatMap(([fleet, fleetYaml]) =>
        Object.entries(CHOICES.chat).map(([chat, chatYaml]) => {
          const aws = [storeYaml, loginYaml, fleetYaml, chat === 'on' ? EVERYTHING_ELSE.aws : ''].filter(Boolean);
          const top = chat === 'on' ? EVERYTHING_ELSE.top : '';
          return {
            name: `${store}, ${login}, fleet ${fleet}, chat ${chat}`,
            yaml: `${top}aws: { ${aws.join(', ')} }\n${chatYaml}\n`,
          };
        }),
      ),
    ),
  );
