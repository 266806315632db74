import type { Account } from "../../core/accounts.ts";
import type { CatalogueEntries, CatalogueKind } from "../../core/catalogue.ts";
import type { EngineDeps } from "../../core/engine/engine.ts";

type Known = { readonly [K in CatalogueKind]: readonly CatalogueEntries[K][] };

/** What the engine may look up, held in lists: accounts and a catalogue without a store. */
export function lookupsOf(accounts: readonly Account[], known: Known): Pick<EngineDeps, "accounts" | "catalogue"> {
  return {
    accounts: {
      get: (id) => Promise.resolve(accounts.find(({ account_id }) => account_id === id) ?? null),
      list: ({ after_id, limit }) =>
        Promise.resolve(
          accounts
            .filter(({ account_id }) => account_id > after_id)
            .toSorted((a, b) => (a.account_id < b.account_id ? -1 : 1))
            .slice(0, limit),
        ),
    },
    catalogue: {
      get: (kind, id) => Promise.resolve(known[kind].find((entry) => entry.id === id) ?? null),
      list: <K extends CatalogueKind>(kind: K) => Promise.resolve([...known[kind]] as CatalogueEntries[K][]),
    },
  };
}

export const account: Account = {
  account_id: "acme-1",
  name: "acme",
  kind: "account",
  domain: "ROOT/acme",
  payer_account_id: "acme-1",
  currency: "",
  time_zone: "",
  payment: "postpaid",
  rate_card_id: "",
  state: "active",
  version: "1",
};

/** A cloud as small as the cases need: three accounts, two zones, four offerings, one template. */
export const smallCloud = lookupsOf(
  [
    account,
    { ...account, account_id: "other", name: "other", kind: "project" },
    { ...account, account_id: "gone", name: "gone", state: "deleted" },
  ],
  {
    domain: [],
    zone: [
      { id: "z1", name: "Zone 1" },
      { id: "z2", name: "Zone 2" },
    ],
    offering: [
      { id: "small", name: "Small", kind: "compute", cpu_count: 2, memory_mib: 2048 },
      { id: "large", name: "Large", kind: "compute", cpu_count: 16, memory_mib: 65_536 },
      { id: "ssd", name: "SSD", kind: "disk", cpu_count: 0, memory_mib: 0 },
      { id: "hdd", name: "HDD", kind: "disk", cpu_count: 0, memory_mib: 0 },
    ],
    template: [{ id: "debian-13", name: "Debian 13", hypervisor: "KVM" }],
  },
);
