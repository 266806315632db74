import type { Accounts } from "../../core/accounts.ts";
import type { Clock } from "../../core/clock.ts";
import { AppError } from "../../core/errors.ts";
import { defineQuery } from "../../core/sql.ts";
import type { Store } from "../../core/store.ts";
import { createSoleControl, type InControl } from "../../core/versions.ts";
import { refuse } from "../refuse.ts";
import { formatRates, layRates } from "../taxes/lay-rates.ts";
import { readTaxRate, refuseRival, type TaxRate, type TaxRateInput } from "../taxes/tax-rate.ts";
import { type Book, BookParams, BookRow, createBook, type Entry } from "./book.ts";
import { type Issuer, type IssuerInput, readIssuer } from "./issuer.ts";
import { type Profile, type ProfileInput, readProfile } from "./profile.ts";

const selectIssuers = defineQuery("rating/profiles/issuers", BookParams, BookRow);
const selectProfiles = defineQuery("rating/profiles/billing_profiles", BookParams, BookRow);
const selectRates = defineQuery("rating/taxes/tax_rates", BookParams, BookRow);

const PARAMETER_BYTES_MAX = 100_000;

/** Whose change it is; `if_version`: the version the caller has seen, 0 = there is none. */
interface By {
  readonly by: string;
  readonly if_version?: number;
}

/** A book whose entries are put as people write them. @throws AppError invalid-request, precondition-failed, conflict */
type Kept<T, I> = Omit<Book<T>, "put"> & { put(input: I, by: By): Promise<Entry<T>> };

/** What people say of money: who sells, who pays, and which tax. */
export interface Profiles {
  readonly issuers: Kept<Issuer, IssuerInput>;
  readonly billing: Kept<Profile, ProfileInput>;
  readonly taxRates: Kept<TaxRate, TaxRateInput>;
}

/** Profiles in the store. */
export function createProfiles({
  store,
  clock,
  accounts,
  inControl = createSoleControl(store),
}: {
  store: Store;
  clock: Clock;
  accounts: Pick<Accounts, "get">;
  inControl?: InControl;
}): Profiles {
  const deps = { store, clock, inControl };
  const issuers = createBook<Issuer>(deps, {
    table: "issuer",
    key: "issuer_id",
    select: selectIssuers,
    idOf: ({ id }) => id,
    check: (issuer, others) => {
      const all = [...others.filter(({ id }) => id !== issuer.id), issuer];
      requireRoom("issuers", JSON.stringify(all.map((one) => JSON.stringify({ ...one, logo: "" }))));
    },
  });
  const billing = createBook<Profile>(deps, {
    table: "billing_profile",
    key: "account_id",
    select: selectProfiles,
    idOf: ({ account_id }) => account_id,
  });
  const taxRates = createBook<TaxRate>(deps, {
    table: "tax_rate",
    key: "tax_rate_id",
    select: selectRates,
    idOf: ({ id }) => id,
    check: (rate, others) => {
      refuseRival(rate, others);
      requireRoom("tax rates", formatRates(layRates([...others.filter(({ id }) => id !== rate.id), rate])));
    },
  });
  return {
    issuers: { ...issuers, put: async (input, by) => issuers.put(readIssuer(input), by) },
    billing: {
      ...billing,
      put: async (input, by) => {
        const profile = readProfile(input);
        if ((await accounts.get(profile.account_id)) === null) throw noAccount(profile.account_id);
        if (profile.issuer_id !== "" && (await issuers.get(profile.issuer_id)) === null)
          refuse("issuer_id", profile.issuer_id, "an issuer that exists, or none");
        return billing.put(profile, by);
      },
    },
    taxRates: { ...taxRates, put: async (input, by) => taxRates.put(readTaxRate(input), by) },
  };
}

/** What statements of SQL take of all of them goes as one parameter, of which a server takes 128 KiB. @throws AppError invalid-request */
function requireRoom(what: string, text: string): void {
  if (Buffer.byteLength(text) <= PARAMETER_BYTES_MAX) return;
  throw new AppError(
    "invalid-request",
    `there is no room for more ${what}; what they say must fit in ${PARAMETER_BYTES_MAX} bytes`,
    { field: "id" },
  );
}

function noAccount(account_id: string): AppError {
  return new AppError("not-found", `there is no account "${account_id}"`, { field: "account_id" });
}
