// What every command of `tally` is run as: for real, against a server; what it changes is of no other case.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CallerName, Tenants } from "./tenants.ts";

/** One way to run a command. `{}` in a word becomes the name of the caller. */
export interface CommandCase {
  /** As in a shell; what is after the command's name in the page is what `shown` says. */
  readonly argv: readonly string[];
  /** Tells two ways of one command apart. */
  readonly shown?: string;
  /** How it ends for who may: 1 where what it names is not there, so that nothing is changed. */
  readonly status?: 0 | 1;
  /** Run in a process of its own: this one has its engine already. */
  readonly apart?: true;
}

export function argvFor({ argv }: CommandCase, caller: CallerName): string[] {
  return argv.map((word) => word.replaceAll("{}", caller));
}

const month = ["--period", "2026-10"];
const days = ["--from", "2026-10-01T00:00:00Z", "--to", "2026-10-03T00:00:00Z"];
const euros = ["--payer", "acme-id", "--amount", "1.00", "--currency", "EUR"];
const because = ["--reason", "a test"];

/** All of them; `folder` takes the files they read and write. */
export async function commandCases({ api, ids }: Tenants, folder: string): Promise<CommandCase[]> {
  const file = (name: string, ...lines: readonly unknown[]): string => {
    const path = join(folder, name);
    writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    return path;
  };
  mkdirSync(join(folder, "out"));
  const out = (name: string): readonly string[] => ["--out", join(folder, "out", `{}-${name}`)];
  const trace = join(folder, "trace.parquet");
  await api.system.store.read.command({
    query: `INSERT INTO FUNCTION file('${trace}', 'Parquet')
      SELECT toInt32(1) AS id, 1664582400000 AS submission_time, toInt64(3600000) AS duration, toInt32(16) AS cpu_count,
        41600.0 AS cpu_capacity, toInt64(100000) AS mem_capacity`,
  });
  const own = { account_id: "acme-id", resource: "acme-vm-2", account: "acme inc", domain: "ROOT/acme" };
  const stopped = { specversion: "1.0", id: "c1", source: "cloud/zone-1", type: "VM.START", data: own };
  const events = file("events.ndjson", { ...stopped, time: "2026-10-02T01:00:00Z" });
  const exists = file("exists.ndjson", { kind: "vm", account_id: "acme-id", resource: "acme-vm", running: true });
  const listed = ["inventory", exists, "--source", "cloud/zone-1", "--at", "2026-10-02T00:00:00Z"];
  const vm = { tariff_id: "vm", name: "VM", usage_type: 1, unit: "hour", model: "per_unit", rate: "0.10" };
  const card = file("card.json", { rate_card_id: "commands", name: "Commands", currency: "EUR", tariffs: [vm] });
  const address = { lines: ["Singel 1"], city: "Amsterdam", postal_code: "1012", country: "NL" };
  const issuer = file("issuer.json", { id: "house", legal_name: "House BV", address, vat_id: "NL123456789B01" });
  const profile = file("profile.json", { account_id: "acme-id", legal_name: "Acme BV", address, issuer_id: "house" });
  const tax = file("tax.json", { id: "std", name: "VAT", category: "S", percent: "21" });
  const type = file("type.json", {
    usage_type: 2001,
    name: "GPU_HOURS",
    measure: "duration",
    unit: "ms",
    display_unit: "hours",
    display_divisor: "3600000",
    effects: { "GPU.ATTACH": "open", "GPU.DETACH": "close" },
  });
  const accounts = file("accounts.ndjson", { account_id: "acme-id", name: "acme inc" });
  const password = join(folder, "password");
  writeFileSync(password, "correct horse battery\n");
  const [run] = (await api.call("GET", "/v1/runs")).json<{ data: { id: string; kind: string }[] }>().data.toReversed();
  const budget = { payer_account_id: "acme-id", currency: "EUR", amount: "1" };
  const thresholds = [{ percent: "80", of: "actual" }];
  for (const caller of ["anonymous", "account", "domain-admin", "producer", "auditor", "finance", "admin"])
    await api.call("POST", "/v1/budgets", { budget_id: `old-${caller}`, ...budget, thresholds });
  const user = ["--account", "acme-id", "--username"];
  const of = ids.acme;

  return [
    { argv: ["completion", "bash"] },
    { argv: ["ingest", events] },
    { argv: ["replay", trace, "--profile", "surf"], apart: true },
    { argv: ["backfill", "--file", events, "--dry-run"], shown: "--dry-run" },
    { argv: ["backfill", "--file", events] },
    { argv: ["quarantine", "list"] },
    { argv: ["quarantine", "show", of["quarantine"]!] },
    // Refused again.
    { argv: ["quarantine", "replay", of["quarantine"]!], status: 1 },
    { argv: ["findings", "list"] },
    { argv: ["findings", "check"] },
    { argv: ["findings", "accept", "none", ...because], status: 1 },
    { argv: listed },
    { argv: [...listed, "--accept"], shown: "--accept" },
    { argv: ["usage-types", "add", type] },
    { argv: ["usage-types", "list"] },
    { argv: ["aggregate", "--to", "2026-10-02T00:00:00Z"] },
    { argv: ["rate", ...month, "--dry-run"] },
    { argv: ["repeat", "none"], status: 1 },
    { argv: ["diff", run!.id] },
    // October is not over: nothing of it is due.
    { argv: ["close", ...month] },
    { argv: ["archive", "--before", "2020-01", "--dry-run"] },
    { argv: ["archive", "list"] },
    { argv: ["archive", "restore", "2020-01"], status: 1 },
    { argv: ["erase", "--account", "none"], status: 1 },
    { argv: ["usage", ...days, "--group-by", "account,resource"] },
    { argv: ["forecast", "--period", "2027-01"], status: 1 },
    { argv: ["statement", ...month] },
    {
      argv: ["statement", ...month, "--account", "acme-id", "--format", "csv", ...out("statement")],
      shown: "--format",
    },
    { argv: ["explain", `${of["statements"]}/1`], shown: "of a line" },
    { argv: ["explain", of["billing-records"]!], shown: "of a record" },
    { argv: ["finalize", ...month], status: 1 },
    { argv: ["void", "none", ...because], status: 1 },
    { argv: ["reissue", "none"], status: 1 },
    { argv: ["write-off", "none", ...because], status: 1 },
    ...["usage", "billing", "focus", "journal"].map((kind) => ({ argv: ["export", kind, ...month, ...out(kind)] })),
    { argv: ["rate-cards", "list"] },
    { argv: ["rate-cards", "list", "default"], shown: "of one" },
    { argv: ["rate-cards", "show", "default"] },
    { argv: ["rate-cards", "export", "default"] },
    { argv: ["rate-cards", "preview", card, ...month] },
    { argv: ["rate-cards", "import", card] },
    { argv: ["rate-cards", "activate", "none", "1"], status: 1 },
    { argv: ["rate-cards", "archive", "none", "1"], status: 1 },
    { argv: ["issuer", "put", issuer] },
    { argv: ["issuer", "list"] },
    { argv: ["issuer", "show", "house"] },
    { argv: ["profile", "put", profile] },
    { argv: ["profile", "show", "acme-id"] },
    { argv: ["tax-rates", "put", tax] },
    { argv: ["tax-rates", "list"] },
    { argv: ["tax-rates", "show", "std"] },
    { argv: ["budgets", "list"] },
    { argv: ["budgets", "add", "new-{}", ...euros, "--at", "80"] },
    { argv: ["budgets", "remove", "old-{}"] },
    { argv: ["budgets", "notices"] },
    { argv: ["budgets", "notices", "acme-month"], shown: "of one" },
    { argv: ["credits", "list"] },
    { argv: ["credits", "add", "new-{}", ...euros] },
    { argv: ["credits", "show", "acme-credit"] },
    { argv: ["credits", "end", "none", ...because], status: 1 },
    { argv: ["payments", "list"] },
    { argv: ["payments", "add", "paid-{}", ...euros] },
    { argv: ["refunds", "list"] },
    { argv: ["refunds", "add", "back-{}", ...euros] },
    { argv: ["balances"] },
    { argv: ["ledger"] },
    { argv: ["webhooks", "list"] },
    { argv: ["webhooks", "create", "https://hooks.example/x"] },
    { argv: ["webhooks", "rotate", "none"], status: 1 },
    { argv: ["webhooks", "revoke", "none"], status: 1 },
    { argv: ["notifications", "list"] },
    { argv: ["notifications", "resend", "none"], status: 1 },
    { argv: ["import", "accounts", accounts] },
    { argv: ["settings", "list"] },
    { argv: ["settings", "get", "billing.currency"] },
    { argv: ["settings", "set", "usage.close.grace", "4"] },
    { argv: ["keys", "list"] },
    { argv: ["keys", "create", "--name", "new", "--role", "auditor"] },
    { argv: ["keys", "revoke", "none"], status: 1 },
    { argv: ["users", "list"] },
    { argv: ["users", "create", ...user, "new-{}"] },
    { argv: ["users", "create", ...user, "safe-{}", "--password-file", password], shown: "--password-file" },
    { argv: ["users", "set", of["users"]!, "--first-name", "Jan"] },
    { argv: ["users", "set", of["users"]!, "--password-file", password], shown: "--password-file" },
    { argv: ["domains", "list"] },
    { argv: ["domains", "create", "--name", "new-{}"] },
    { argv: ["domains", "set", "none", "--name", "x"], status: 1 },
    { argv: ["domains", "delete", "none"], status: 1 },
    { argv: ["backup", join(folder, "backup-{}")] },
    ...["serve", "demo", "doctor", "migrate"].map((name) => ({ argv: [name], status: 1 as const })),
    { argv: ["restore", folder], status: 1 },
  ];
}

/** What a customer asks of another one by name: refused as if it were not there, or empty. */
export function foreignCases({ ids }: Tenants): string[][] {
  const of = ids.zebra;
  return [
    ["usage", ...days, "--account", "zebra-id"],
    ["usage", ...days, "--account", "acme-id,zebra-id"],
    ["forecast", ...month, "--account", "zebra-id"],
    ["forecast", ...month, "--payer", "zebra-id"],
    ["statement", ...month, "--account", "zebra-id"],
    ["explain", `${of["statements"]}/1`],
    ["explain", of["billing-records"]!],
    ["budgets", "notices", "zebra-month"],
    ["credits", "show", "zebra-credit"],
    ["payments", "list", "--account", "zebra-id"],
    ["refunds", "list", "--account", "zebra-id"],
    ["balances", "--account", "zebra-id"],
    ["ledger", "--account", "zebra-id"],
    ["profile", "show", "zebra-id"],
  ];
}
