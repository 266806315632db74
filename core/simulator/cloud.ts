import type { AccountChange, Accounts } from "../accounts.ts";
import type { Catalogue, Domain, Offering, Template, Zone } from "../catalogue.ts";
import { createRandom, idFrom } from "./random.ts";

/** Whose resources live where, and as what. */
export interface Cloud {
  readonly domains: readonly Domain[];
  /** Payers come before those they pay for. */
  readonly accounts: readonly (AccountChange & {
    readonly account_id: string;
    readonly name: string;
    readonly domain: string;
  })[];
  readonly zones: readonly [Zone, ...Zone[]];
  readonly compute: readonly [Offering, Offering, Offering, Offering];
  readonly disks: readonly [Offering, Offering];
  readonly templates: readonly [Template, ...Template[]];
}

const firsts = [
  "amber",
  "birch",
  "cedar",
  "delta",
  "ember",
  "fjord",
  "grove",
  "heron",
  "islet",
  "juniper",
  "kestrel",
  "linden",
  "maple",
  "north",
  "orchid",
  "pine",
] as const;
const seconds = ["works", "labs", "bank", "media", "foods", "energy", "rail", "health"] as const;
const departments = ["web", "data", "research", "staging"] as const;

const compute = (id: string, name: string, size: { cpu_count: number; memory_mib: number }): Offering => ({
  id,
  name,
  kind: "compute",
  ...size,
});
const disk = (id: string, name: string): Offering => ({ id, name, kind: "disk", cpu_count: 0, memory_mib: 0 });

/** Plans a cloud with so many accounts (at least one): companies, each in a domain of its own, some with departments or projects they pay for. */
export function planCloud({ seed, accounts: wanted }: { seed: string; accounts: number }): Cloud {
  const random = createRandom(`${seed}/cloud`);
  const domains: Domain[] = [{ id: idFrom(`${seed}/domain/ROOT`), name: "ROOT", parent: "" }];
  const accounts: Cloud["accounts"][number][] = [];

  for (let company = 0; accounts.length < wanted; company += 1) {
    const name = companyName(company);
    const domain = `ROOT/${name}`;
    domains.push({ id: idFrom(`${seed}/domain/${name}`), name, parent: domains[0]?.id ?? "" });
    const payer_account_id = idFrom(`${seed}/account/${name}`);
    accounts.push({ account_id: payer_account_id, name, domain });
    const paid = departments.filter(() => random.chance(0.2)).slice(0, wanted - accounts.length);
    for (const department of paid) {
      const kind = random.chance(0.3) ? "project" : "account";
      accounts.push({
        account_id: idFrom(`${seed}/account/${name}/${department}`),
        name: `${name}-${department}`,
        domain,
        kind,
        payer_account_id,
      });
    }
  }
  return {
    domains,
    accounts,
    zones: [
      { id: "north-1", name: "North 1" },
      { id: "south-1", name: "South 1" },
    ],
    compute: [
      compute("tiny", "Tiny", { cpu_count: 1, memory_mib: 1024 }),
      compute("small", "Small", { cpu_count: 2, memory_mib: 4096 }),
      compute("medium", "Medium", { cpu_count: 4, memory_mib: 16_384 }),
      compute("large", "Large", { cpu_count: 8, memory_mib: 32_768 }),
    ],
    disks: [disk("ssd", "Solid state"), disk("hdd", "Spinning")],
    templates: [
      { id: "debian-13", name: "Debian 13", hypervisor: "KVM" },
      { id: "windows-2025", name: "Windows Server 2025", hypervisor: "KVM" },
    ],
  };
}

/** Makes the cloud known; what is known already is left as it is, so it can be done again. */
export async function installCloud(
  cloud: Cloud,
  { accounts, catalogue, by }: { accounts: Accounts; catalogue: Catalogue; by: string },
): Promise<void> {
  for (const domain of cloud.domains) await catalogue.put("domain", domain, { by });
  for (const zone of cloud.zones) await catalogue.put("zone", zone, { by });
  for (const offering of [...cloud.compute, ...cloud.disks]) await catalogue.put("offering", offering, { by });
  for (const template of cloud.templates) await catalogue.put("template", template, { by });
  for (const account of cloud.accounts) await accounts.put(account, { by });
}

function companyName(index: number): string {
  const first = firsts[index % firsts.length] ?? firsts[0];
  const second = seconds[(index + Math.floor(index / firsts.length)) % seconds.length] ?? seconds[0];
  const round = Math.floor(index / (firsts.length * seconds.length));
  return `${first}-${second}${round === 0 ? "" : `-${round + 1}`}`;
}
