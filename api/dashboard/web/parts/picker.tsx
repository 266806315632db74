import { computed } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { go, here, said } from "../address.ts";
import { accounts, caller, nameOf, now, zone } from "../session.ts";
import { isZone, monthAfter, monthOf, showPeriod } from "../zone.ts";

/** Months to choose from. */
const MONTHS = 25;
/** Accounts named in a list while one types; more are found by typing more. */
const NAMES_MAX = 200;

/** The month of the address, or `otherwise`: the present one unless said. */
export function chosenPeriod(otherwise = monthOf(now(), zone.value)): string {
  const asked = said("period");
  return /^[1-9]\d{3}-(0[1-9]|1[0-2])$/.test(asked) ? asked : otherwise;
}

/** The account of the address; '' = all. */
export function chosenAccount(): string {
  return said("account");
}

/** What is chosen for a view. Each choice is a new address. */
export function Picker({ children }: { readonly children: ComponentChildren }) {
  return (
    <form class="picker" onSubmit={(event) => event.preventDefault()} aria-label="What is shown">
      {children}
    </form>
  );
}

/** A choice of few. */
export function Choice({
  label,
  name,
  options,
  value,
}: {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
}) {
  return (
    <label>
      {label}
      <select name={name} value={value} onChange={(event) => go(here({ [name]: event.currentTarget.value }))}>
        {options.map(([of, text]) => (
          <option value={of} key={of} selected={of === value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The months up to the present one, and the one chosen. */
export function PeriodChoice({ value }: { readonly value: string }) {
  const newest = monthOf(now(), zone.value);
  const months = Array.from({ length: MONTHS }, (_, index) => monthAfter(newest, -index));
  const all = months.includes(value) ? months : [...months, value].toSorted().toReversed();
  return <Choice label="Month" name="period" value={value} options={all.map((month) => [month, showPeriod(month)])} />;
}

/** An account by its name or id. Who sees one account alone is not asked. */
export function AccountChoice({ payers = false }: { readonly payers?: boolean }) {
  const [typed, setTyped] = useState("");
  const known = [...accounts.value.values()].filter(
    ({ account_id, payer_account_id }) => !payers || account_id === payer_account_id,
  );
  if (caller.value?.role === "account" && known.length < 2) return null;
  const chosen = chosenAccount();
  const near = known.filter(({ account_id }) => labelOf(account_id).toLowerCase().includes(typed.toLowerCase()));
  const choose = (text: string): void => {
    const wanted = text.trim();
    const found = known.find(
      ({ account_id, name }) => account_id === wanted || labelOf(account_id) === wanted || name === wanted,
    );
    go(here({ account: found?.account_id ?? wanted }));
  };
  return (
    <label>
      {payers ? "Payer" : "Account"}
      <input
        type="search"
        name="account"
        list="accounts"
        placeholder={payers ? "All payers" : "All accounts"}
        value={chosen === "" ? "" : labelOf(chosen)}
        title={chosen}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onChange={(event) => choose(event.currentTarget.value)}
        autocomplete="off"
      />
      <datalist id="accounts">
        {near.slice(0, NAMES_MAX).map(({ account_id }) => (
          <option value={labelOf(account_id)} key={account_id} />
        ))}
      </datalist>
    </label>
  );
}

/** The zone in which days are counted and times are shown. */
export function ZoneChoice() {
  const common = ["UTC", Intl.DateTimeFormat().resolvedOptions().timeZone, zone.value];
  return (
    <label>
      Time zone
      <input
        name="zone"
        list="zones"
        value={zone.value}
        onChange={(event) => {
          const wanted = event.currentTarget.value.trim();
          if (wanted === "" || isZone(wanted)) go(here({ zone: wanted }));
          else event.currentTarget.value = zone.value;
        }}
        autocomplete="off"
      />
      <datalist id="zones">
        {[...new Set([...common, ...Intl.supportedValuesOf("timeZone")])].map((name) => (
          <option value={name} key={name} />
        ))}
      </datalist>
    </label>
  );
}

/** An account's name; its id where it has none, and both where another one has the same. */
function labelOf(account_id: string): string {
  const name = nameOf(account_id);
  if (name === account_id || name === "") return account_id;
  return named.value.get(name) === 1 ? name : `${name} (${account_id})`;
}

/** How many accounts have a name. */
const named = computed(() => {
  const counts = new Map<string, number>();
  for (const { name } of accounts.value.values()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
});
