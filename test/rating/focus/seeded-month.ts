import { instant } from "../../../core/instant.ts";
import { insertLines } from "../../../core/insert-lines.ts";
import { silentLog } from "../../../core/log.ts";
import { createExports, type ChargeInput, type Exports, type TariffInput } from "../../../rating/index.ts";
import { nextSeq } from "../closed/closed-case.ts";
import { openFinalizingStore } from "../finalize/finalizing-store.ts";

const DAY_MS = 86_400_000;
/** Of each currency one payer; acme pays for two accounts more. */
const accounts = [
  { account_id: "acme" },
  { account_id: "acme-dev", payer: "acme" },
  { account_id: "acme-test", payer: "acme", kind: "project" },
  { account_id: "kyoto", currency: "JPY" },
] as const;
const units: Readonly<Record<string, TariffInput["unit"]>> = { ms: "hour", byte_ms: "gib_hour", bytes: "gib" };
const unitOf = (base: string): TariffInput["unit"] => units[base] ?? (base.endsWith("_ms") ? "unit_hour" : "thousand");

/** Prices of every usage type in two currencies, of several models; type 5 has none in euros. */
function tariffsOf(types: readonly { usage_type: number; unit: string }[]): TariffInput[] {
  return types.flatMap(({ usage_type, unit }, index) =>
    ["EUR", "JPY"]
      .filter((currency) => usage_type !== 5 || currency !== "EUR")
      .map((currency): TariffInput => {
        const head = { tariff_id: `t${usage_type}-${currency}`, name: `Type ${usage_type}`, usage_type, currency };
        const rate = currency === "JPY" ? `${index + 1}.37` : `0.0${index + 1}37`;
        if (usage_type === 1)
          return {
            ...head,
            unit: "hour",
            model: "graduated",
            tiers: [
              { up_to: "30", rate },
              { up_to: null, rate: "0.01" },
            ],
          };
        if (usage_type === 21)
          return { ...head, unit: "thousand", model: "package", package_size: "5", rate: "0.033333333333" };
        if (usage_type === 4) return { ...head, unit: "gib", model: "per_unit", rate, pooled: true };
        if (usage_type === 6) return { ...head, unit: "gib_month", model: "per_unit", rate };
        return { ...head, unit: unitOf(unit), model: "per_unit", rate };
      }),
  );
}

const charges: ChargeInput[] = ["EUR", "JPY"].flatMap((currency): ChargeInput[] => [
  { charge_id: `support-${currency}`, name: "Support", kind: "flat", amount: "25", currency, component: "support" },
  {
    charge_id: `care-${currency}`,
    name: "Care",
    kind: "percentage",
    percent: "3",
    components: ["base"],
    component: "care",
    currency,
  },
  {
    charge_id: `less-${currency}`,
    name: "Less",
    kind: "discount_percent",
    percent: "7.5",
    components: ["base", "support"],
    currency,
  },
  { charge_id: `least-${currency}`, name: "Least", kind: "minimum", scope: "payer", amount: "5000", currency },
  { charge_id: `most-${currency}`, name: "Most", kind: "cap", scope: "account", amount: "4000", currency },
  {
    charge_id: `deal-${currency}`,
    name: "Deal",
    kind: "commitment",
    scope: "payer",
    amount: "6000",
    overage_factor: "1.25",
    currency,
  },
]);

/**
 * Two months of every usage type. October is final, of kyoto taken back and issued again in November; late use of October is on November's
 * statements, which are final, with tax and a credit. All names are ASCII where `ascii` says so.
 */
export async function openSeededMonth() {
  const on = await openFinalizingStore();
  const types = on.usageTypes.list();
  await on.writeAccounts(accounts.map((account) => ({ ...account, time_zone: "Europe/Amsterdam" })));
  await on.command(
    `INSERT INTO shape VALUES ('7', 'p-1', 'z1', 'small', 'debian', 'KVM', 'vm-9', 1073741824, -1, '{"cpuNumber":"2"}', '{"env":"prod","bare":"","tallyhouse:own":"x"}'), ('8', '', '', '', '', '', '', -1, -1, '{}', '{}')`,
  );
  await on.command(
    `INSERT INTO resource_name VALUES ('acme', 'res-1', '', '=web', now64(3)), ('kyoto', 'res-2', '', 'db "main", old', now64(3))`,
  );
  await on.putCard(tariffsOf(types), "default", "EUR", charges);
  await on.profiles.issuers.put(
    { id: "house", legal_name: "House of Cloud BV", address: { country: "NL" }, series: "H{year}-{number:4}" },
    { by: "test" },
  );
  await on.profiles.billing.put(
    { account_id: "acme", legal_name: "Acme Ltd", address: { country: "NL" }, terms_days: 14, purchase_order: "PO-7" },
    { by: "test" },
  );
  await on.profiles.billing.put(
    { account_id: "kyoto", legal_name: "Kyoto KK", address: { country: "JP" } },
    { by: "test" },
  );
  await on.profiles.taxRates.put(
    { id: "jp", name: "JCT", category: "S", percent: "10", country: "JP" },
    { by: "test" },
  );
  await on.profiles.taxRates.put(
    { id: "nl", name: "BTW", category: "S", percent: "21", country: "NL" },
    { by: "test" },
  );

  const useAll = async (day_ms: number, times: bigint): Promise<void> => {
    const run_seq = await nextSeq(on);
    const rows = types.flatMap(({ usage_type, unit }, index) =>
      accounts.map(({ account_id }, place) => {
        const hours = times * BigInt(3 + index + place);
        const size = unit === "byte_ms" ? 3_865_470_566_400_000n : unit.endsWith("ms") ? 3_600_000n : 1_073_741_823n;
        return {
          account_id,
          usage_type,
          resource: `res-${usage_type}`,
          shape: place % 2 === 0 ? 7n : 8n,
          start_ms: day_ms,
          end_ms: day_ms + DAY_MS,
          quantity: (hours * size * 10_007n) / 10_000n,
          run_seq,
        };
      }),
    );
    await on.writeUsage(rows);
    await on.publishUsage(run_seq, [day_ms]);
  };
  const overrides = (["no-profile", "no-tax-rate", "unrated"] as const).map((finding) => ({
    finding,
    reason: "a test",
  }));
  const closeAll = async (period: string): Promise<void> => {
    for (const payer of ["acme", "kyoto"]) {
      const run_seq = await nextSeq(on);
      on.clock.advance(1);
      const paid = accounts.filter((account) => ("payer" in account ? account.payer : account.account_id) === payer);
      const ids = paid.map(({ account_id }) => account_id);
      await on.closeMonth({ run_seq, payer, accounts: ids, period, closed_ms: on.clock.now() });
      on.clock.advance(1);
    }
  };
  await useAll(Date.UTC(2026, 9, 5), 3n);
  await on.rate("2026-10");
  await closeAll("2026-10");
  await on.rate("2026-10", { force: true });
  await on.finalize("2026-10", { overrides });
  const [yen] = await on.of("2026-10", "kyoto");
  if (yen === undefined) throw new Error("October of kyoto is there");
  await on.voiding(yen.id);
  await on.reissue(yen.id);

  await useAll(Date.UTC(2026, 10, 9), 2n);
  await useAll(Date.UTC(2026, 9, 20), 1n);
  on.clock.set(instant(Date.UTC(2026, 11, 4, 12)));
  await on.rate("2026-11");
  const { store, usageTypes, clock } = on;
  const settings = async () => ({
    default_zone: "Europe/Amsterdam",
    provider: "House of Cloud BV",
    service_categories: "",
  });
  const exports: Exports = createExports({ store, usageTypes, clock, log: silentLog, settings });
  return {
    ...on,
    exports,
    /** November's documents, with a credit of 100 on acme's. */
    finalizeNovember: async () => {
      await closeAll("2026-11");
      await on.rate("2026-11", { force: true });
      const [draft] = await on.of("2026-11", "acme");
      on.steps.push(async ({ run_seq }) =>
        insertLines(
          store.run,
          { table: "credit_draw", columns: ["run_seq", "credit_id", "statement_id", "amount"] },
          `${run_seq}\tcr-1\t${draft?.id}\t100\n`,
        ),
      );
      return on.finalize("2026-11", { overrides });
    },
  };
}

export type SeededMonth = Awaited<ReturnType<typeof openSeededMonth>>;
