import type { Fact, FactType } from "../../core/fact.ts";
import type { Settings } from "../../core/settings.ts";
import type { Profiles } from "../../rating/index.ts";
import type { Recipient } from "./notifications.ts";
import type { Webhooks } from "./webhooks.ts";

/** What payers hear of; operators hear of all but these, unless they listen by a webhook. */
const forPayers: ReadonlySet<FactType> = new Set([
  "statement.finalized",
  "statement.voided",
  "balance.low",
  "balance.empty",
]);
/** Operators' mail: what they must look at. */
const forOperators: ReadonlySet<FactType> = new Set([
  "period.closed",
  "budget.reached",
  "balance.low",
  "balance.empty",
  "export.completed",
  "findings.blocking",
]);

/** Whom a payer's mail goes to. */
type Contact = Awaited<ReturnType<Profiles["billing"]["list"]>>[number];

/** So many profiles are read at once: a server takes a parameter of 128 KiB at most, and ids of accounts may be long. */
const PROFILES_MAX = 100;

/** Who hears of facts, by what is set now. Nobody hears of what came to be before he asked to. `mails`: whether there is a server for mail. */
export function createRecipients({
  profiles,
  settings,
  webhooks,
  mails,
}: {
  profiles: { readonly billing: Pick<Profiles["billing"], "list"> };
  settings: Settings;
  webhooks: Pick<Webhooks, "targets">;
  mails: boolean;
}): {
  recipientsOf(facts: readonly Fact[]): Promise<ReadonlyMap<Fact, readonly Recipient[]>>;
  /** Whether anybody wants to hear of anything. */
  anybody(): Promise<boolean>;
} {
  const operatorsNow = async (): Promise<{ addresses: string[]; since_ms: number }> => {
    const { value, changed_at } = await settings.find("notifications.mail.operators");
    const addresses = value.split(",").map((one) => one.trim());
    return { addresses: mails ? addresses.filter((one) => one !== "") : [], since_ms: changed_at ?? 0 };
  };
  const customersSince = async (): Promise<number | null> => {
    const { value, changed_at } = await settings.find("notifications.mail.customers");
    return mails && value === "true" ? (changed_at ?? 0) : null;
  };
  const contactsOf = async (ids: readonly string[]): Promise<Map<string, Contact>> => {
    const found = new Map<string, Contact>();
    for (let from = 0; from < ids.length; from += PROFILES_MAX)
      for (const contact of await profiles.billing.list(ids.slice(from, from + PROFILES_MAX)))
        found.set(contact.account_id, contact);
    return found;
  };
  return {
    anybody: async () =>
      (await webhooks.targets()).length + (await operatorsNow()).addresses.length > 0 ||
      (await customersSince()) !== null,
    recipientsOf: async (facts) => {
      const targets = await webhooks.targets();
      const operators = await operatorsNow();
      const customers = await customersSince();
      const ids = [...new Set(facts.map(({ payer_account_id }) => payer_account_id))].filter((id) => id !== "");
      const byPayer = customers === null ? new Map<string, Contact>() : await contactsOf(ids);
      return new Map(facts.map((fact) => [fact, [...byHook(fact), ...byOperator(fact), ...byCustomer(fact)]]));

      function byHook({ type, at_ms }: Fact): Recipient[] {
        return targets
          .filter(
            ({ facts: wanted, created_ms }) => (wanted.length === 0 || wanted.includes(type)) && at_ms >= created_ms,
          )
          .map(({ webhook_id }) => ({ channel: "webhook", recipient: webhook_id, language: "" }));
      }
      function byOperator({ type, at_ms }: Fact): Recipient[] {
        if (!forOperators.has(type) || at_ms < operators.since_ms) return [];
        return operators.addresses.map((recipient) => ({ channel: "mail", recipient, language: "en" }));
      }
      function byCustomer({ type, at_ms, payer_account_id }: Fact): Recipient[] {
        const contact = byPayer.get(payer_account_id);
        if (contact === undefined || contact.email === "" || customers === null) return [];
        if (!forPayers.has(type) || at_ms < customers) return [];
        return [{ channel: "mail", recipient: contact.email, language: contact.language }];
      }
    },
  };
}
