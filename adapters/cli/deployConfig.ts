import { existsSync } from 'node:fs';
import type { Config } from '../../core/config.ts';
import { readConfig } from '../configFile.ts';

/** What `cdk deploy` reads where it is told of no other. */
const DEFAULT_CONFIG = 'modelmeter.yaml';

/** The configuration that a deployment from here would have; without a file every value is its default. */
export const deployConfig = (path?: string): Config =>
  readConfig(path ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined));
