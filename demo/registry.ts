import type { Client } from './client.ts';
import { FLEET } from './deployments.ts';

/**
 * Tells the registry about every deployment that somebody owns; the one without an owner is left to telemetry. Idempotent.
 *
 * @param fromMs when it began to hold: the start of history, so that all of it has its owner
 */
export const registerOwners = async (client: Client, fromMs: number): Promise<void> => {
  for (const { name, owner, team, project, environment, provider, account, region, instanceType, model } of FLEET) {
    if (owner === undefined) continue;
    await client.send({
      method: 'PUT',
      path: `/v1/deployments/${encodeURIComponent(name)}`,
      body: JSON.stringify({
        owner,
        team,
        project,
        environment,
        provider,
        account,
        region,
        instanceType,
        model,
        effectiveFrom: fromMs,
      }),
    });
  }
};
