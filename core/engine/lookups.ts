import type { Account, Accounts } from "../accounts.ts";
import type { Catalogue, CatalogueEntries, CatalogueKind, Offering, Template } from "../catalogue.ts";
import { AppError } from "../errors.ts";

/** What the engine asks of accounts and catalogue while it works off one batch: each thing once. */
export interface Lookups {
  /** The owner of something new. @throws AppError invalid-request for one unknown or deleted */
  owner(account_id: string): Promise<Account>;
  /** The owner of something that is there, as it is now; gone or not. */
  account(account_id: string): Promise<Account | null>;
  zone(id: string): Promise<string>;
  offering(id: string, kind: Offering["kind"]): Promise<Offering>;
  template(id: string): Promise<Template>;
}

/** Where the engine looks things up. */
export interface LookupDeps {
  readonly accounts: Pick<Accounts, "get" | "list">;
  readonly catalogue: Pick<Catalogue, "get" | "list">;
}

/** From so many commands on, one page of everything costs less than asking for each thing. */
const PRELOAD_FROM = 100;
const PRELOADED_ACCOUNTS_MAX = 10_000;

/** Looks things up as they are when first asked; made anew for each batch of commands, so a change counts from the next batch on. */
export async function createLookups({ accounts, catalogue }: LookupDeps, commands: number): Promise<Lookups> {
  const many = commands >= PRELOAD_FROM;
  const preloaded = many ? await accounts.list({ after_id: "", limit: PRELOADED_ACCOUNTS_MAX }) : [];
  const account = remembering(
    (id) => accounts.get(id),
    preloaded.map((one) => [one.account_id, one]),
  );
  const entries = async <K extends CatalogueKind>(
    kind: K,
  ): Promise<(id: string) => Promise<CatalogueEntries[K] | null>> => {
    const known = many ? await catalogue.list(kind) : [];
    return remembering(
      (id) => catalogue.get(kind, id),
      known.map((entry) => [entry.id, entry]),
    );
  };
  const zone = await entries("zone");
  const offering = await entries("offering");
  const template = await entries("template");

  return {
    owner: async (id) => {
      const found = required(await account(id), { field: "account_id", value: id, expected: "an account that exists" });
      if (found.state === "active") return found;
      throw new AppError("invalid-request", `account_id is "${id}", an account that was deleted`, {
        field: "account_id",
      });
    },
    account,
    zone: async (id) => required(await zone(id), { field: "zone", value: id, expected: "a zone of the catalogue" }).id,
    offering: async (id, kind) => {
      const expected = `a ${kind} offering of the catalogue`;
      const found = required(await offering(id), { field: "offering", value: id, expected });
      return required(found.kind === kind ? found : null, { field: "offering", value: id, expected });
    },
    template: async (id) =>
      required(await template(id), { field: "template", value: id, expected: "a template of the catalogue" }),
  };
}

function remembering<T>(
  find: (id: string) => Promise<T | null>,
  known: readonly (readonly [string, T])[],
): (id: string) => Promise<T | null> {
  const asked = new Map<string, Promise<T | null>>(known.map(([id, entry]) => [id, Promise.resolve(entry)]));
  return (id) => {
    const answer = asked.get(id) ?? find(id);
    asked.set(id, answer);
    return answer;
  };
}

function required<T>(found: T | null, asked: { field: string; value: string; expected: string }): T {
  const { field, value, expected } = asked;
  if (found === null) throw new AppError("invalid-request", `${field} is "${value}", expected ${expected}`, { field });
  return found;
}
