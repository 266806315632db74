import type { Command } from "./command.ts";
import { generateUsageRecords } from "./commands/generate-usage-records.ts";
import { createListApis } from "./commands/list-apis.ts";
import { listAccounts } from "./commands/list-accounts.ts";
import { listCapabilities } from "./commands/list-capabilities.ts";
import { listConfigurations } from "./commands/list-configurations.ts";
import { listDomains } from "./commands/list-domains.ts";
import { listEvents } from "./commands/list-events.ts";
import { listProjects } from "./commands/list-projects.ts";
import { listUsageJobs } from "./commands/list-usage-jobs.ts";
import { listUsageRecords } from "./commands/list-usage-records.ts";
import { listUsageServerMetrics } from "./commands/list-usage-server-metrics.ts";
import { listUsageTypes } from "./commands/list-usage-types.ts";
import { listUsers } from "./commands/list-users.ts";
import { listZones } from "./commands/list-zones.ts";
import { login, logout } from "./commands/login.ts";
import { quotaIsEnabled } from "./commands/quota-is-enabled.ts";
import { removeRawUsageRecords } from "./commands/remove-raw-usage-records.ts";
import { updateConfiguration } from "./commands/update-configuration.ts";

/** Every command there is, by name: what is not here does not exist. */
export const commands: readonly Command[] = [
  listUsageRecords,
  listUsageTypes,
  generateUsageRecords,
  removeRawUsageRecords,
  listUsageServerMetrics,
  listUsageJobs,
  createListApis(() => commands),
  listCapabilities,
  login,
  logout,
  listAccounts,
  listDomains,
  listProjects,
  listZones,
  listUsers,
  listConfigurations,
  updateConfiguration,
  listEvents,
  quotaIsEnabled,
].toSorted((a, b) => (a.name < b.name ? -1 : 1));

const byName = new Map(commands.map((command) => [command.name.toLowerCase(), command]));

/** A command by its name, case ignored as by CloudStack; null = there is none. */
export function findCommand(name: string): Command | null {
  return byName.get(name.toLowerCase()) ?? null;
}
