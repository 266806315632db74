import { AppError } from "../../core/errors.ts";
import type { Registry } from "../../core/registry.ts";

/** What a list calls a thing → the usage types that measure that it exists. A VM's running is said apart. */
const kinds: Readonly<Record<string, readonly number[]>> = {
  vm: [2],
  volume: [6],
  uploaded_volume: [26],
  template: [7],
  iso: [8],
  snapshot: [9],
  snapshot_on_primary: [1001],
  ip: [3],
  ipv6: [1002],
  security_group: [10],
  load_balancer: [11],
  port_forwarding: [12],
  nic: [13],
  vpn_user: [14],
  vm_snapshot: [25],
  vm_snapshot_on_primary: [27],
  backup: [28],
  bucket: [29],
  network: [30],
  vpc: [31],
};

/** The usage type of running, and the kind that runs. */
export const running = { kind: "vm", usage_type: 1 } as const;

/** Names of kinds, for descriptions. */
export const kindNames: readonly string[] = Object.keys(kinds);

/** The usage types of a kind, or of a number that stands for one. @throws AppError invalid-request */
export function usageTypesOf(named: string | number, registry: Registry, field: string): number[] {
  const types = typeof named === "number" ? [named] : [...(kinds[named] ?? [])];
  const known = types.filter((type) =>
    registry.list().some(({ usage_type, measure }) => usage_type === type && isOpenable(measure)),
  );
  if (types.length > 0 && known.length === types.length) return types;
  throw new AppError(
    "invalid-request",
    `${field} is ${JSON.stringify(named)}, expected one of ${kindNames.join(", ")}, or the number of a usage type that is measured as duration or capacity`,
    { field },
  );
}

function isOpenable(measure: string): boolean {
  return measure === "duration" || measure === "capacity";
}
