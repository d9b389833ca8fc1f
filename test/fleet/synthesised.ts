import type { Template } from 'aws-cdk-lib/assertions';
import { synthesised } from '../stacks/synthesised.ts';

/** The stack that watches the application, of a configuration (the text of a modelmeter.yaml). */
export const observabilityOf = (yaml = ''): Template => synthesised(yaml).template('ModelmeterObservability');

/** The stack of the GPU fleet, of what the configuration says under `gpuFleet` besides that it is on. */
export const fleetOf = (gpuFleet = ''): Template =>
  synthesised(`aws: { gpuFleet: { enabled: true${gpuFleet && `, ${gpuFleet}`} } }`).template('ModelmeterFleet');
