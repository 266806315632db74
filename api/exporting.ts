import { createExports, type Exports } from "../rating/index.ts";
import type { System } from "./system.ts";

/** Exports on a system's store, with its settings; what a process before this one left on its way is ended. */
export async function createExporting(
  deps: Pick<System, "store" | "usageTypes" | "settings" | "clock" | "log">,
): Promise<Exports> {
  const { store, usageTypes, settings, clock, log } = deps;
  const exports = createExports({
    store,
    usageTypes,
    clock,
    log,
    keepDays: async () => Number(await settings.get("exports.keep.days")),
    settings: async () => {
      const all = await settings.all();
      return {
        default_zone: all["usage.aggregation.timezone"],
        provider: all["export.provider.name"],
        service_categories: all["export.focus.services"],
      };
    },
  });
  await exports.recover();
  return exports;
}
