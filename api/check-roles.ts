import { type Config, type Role, roles as allRoles } from "../core/config.ts";
import { AppError } from "../core/errors.ts";

/**
 * Refuses what cannot work instead of beginning it. That a second process has what only one may have is found out when the
 * store is opened (core/process-lease.ts); here is what a process can know by itself.
 * @throws AppError bad-configuration naming each variable and what to set
 */
export function checkRoles({ roles, clickhouse_url, kafka_brokers, integration_port }: Config): void {
  const plays = (role: Role): boolean => roles.includes(role);
  const said = `TALLY_ROLES is ${roles.join(",")}`;
  const faults: string[] = [];
  if (roles.length < allRoles.length && clickhouse_url === null)
    faults.push(
      `${said} and leaves the other roles to other processes, but a data directory belongs to one: set TALLY_CLICKHOUSE_URL to a store that all can reach, or TALLY_ROLES=all`,
    );
  else if (kafka_brokers.length === 0 && plays("ingest") !== plays("api"))
    faults.push(
      `${said}, and without Kafka the process that takes events in is the one that stores them: set TALLY_KAFKA_BROKERS, or name ingest and api together`,
    );
  if (integration_port !== 0 && !plays("api"))
    faults.push(`TALLY_INTEGRATION_PORT is set, and ${said}: the port is the role api's, so leave it out here`);
  if (faults.length > 0) throw new AppError("bad-configuration", faults.join("; "));
}
