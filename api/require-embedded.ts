import { type Config, roles } from "../core/config.ts";
import { AppError } from "../core/errors.ts";

/**
 * Refuses what this version cannot do instead of ignoring it: it runs everything in one process.
 * @throws AppError bad-configuration naming the variables
 */
export function requireEmbedded({ kafka_brokers, redis_url, roles: asked, integration_port }: Config): void {
  const faults = [
    ...(kafka_brokers.length > 0 ? ["TALLY_KAFKA_BROKERS: its event log is kept in the store"] : []),
    ...(redis_url === null ? [] : ["TALLY_REDIS_URL: its scheduler runs in the process"]),
    ...(asked.length === roles.length ? [] : ["TALLY_ROLES: one process plays all roles, so leave it out or say all"]),
    ...(integration_port === 0 ? [] : ["TALLY_INTEGRATION_PORT: there is no CloudStack endpoint yet"]),
  ];
  if (faults.length > 0)
    throw new AppError("bad-configuration", `this version runs embedded only and cannot use ${faults.join("; ")}`);
}
