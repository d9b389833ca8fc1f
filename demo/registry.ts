import type { Client } from './client.ts';
import { FLEET } from './deployments.ts';

/** Tells the registry about every deployment that somebody owns; the one without an owner is left to telemetry. Idempotent. */
export const registerOwners = async (client: Client): Promise<void> => {
  for (const { name, owner, team, project, environment, provider, account, region, instanceType, model } of FLEET) {
    if (owner === undefined) continue;
    await client.send({
      method: 'PUT',
      path: `/v1/deployments/${encodeURIComponent(name)}`,
      body: JSON.stringify({ owner, team, project, environment, provider, account, region, instanceType, model }),
    });
  }
};
