import Type, { type Static } from "typebox";
import { formatInstant, formatMs, instant } from "../../core/instant.ts";
import { field, timeField } from "../../core/insert-lines.ts";
import { textsField } from "../../core/array-field.ts";
import { defineQuery } from "../../core/sql.ts";
import { Role } from "./roles.ts";

const Nullable = Type.Union([Type.String(), Type.Null()]);

/** A key as it is shown: without its token, of which only the hash is kept. */
export const ApiKey = Type.Object(
  {
    key_id: Type.String({ description: "Also the apiKey of signed requests" }),
    name: Type.String({ description: "Who or what holds the token" }),
    role: Role,
    account_id: { ...Nullable, description: "Of the role account: the one it acts for" },
    domain: { ...Nullable, description: "Of the role domain-admin: the path it acts for, such as ROOT/acme" },
    user_id: { ...Nullable, description: "The user it acts for, with that user's role as it stands" },
    sources: Type.Array(Type.String(), {
      description: "Of the role producer: the event sources it may post for; * = any",
    }),
    expires_at: { ...Nullable, description: "From when on it is refused; null = never" },
    cidrs: Type.Array(Type.String(), { description: "The networks it is taken from; none = any" }),
    state: Type.Union([Type.Literal("active"), Type.Literal("revoked")]),
    changed_at: Type.String(),
    changed_by: Type.String(),
  },
  { $id: "ApiKey", additionalProperties: false },
);
export type ApiKey = Static<typeof ApiKey>;

/** A version of a key as the store holds it. */
export const KeyRow = Type.Object({
  key_id: Type.String(),
  version: Type.String(),
  name: Type.String(),
  role: Role,
  token_sha256: Type.String(),
  account_id: Type.String(),
  domain: Type.String(),
  user_id: Type.String(),
  sources: Type.Array(Type.String()),
  cidrs: Type.Array(Type.String()),
  expires_ms: Type.String(),
  state: ApiKey.properties.state,
  changed_by: Type.String(),
  changed_ms: Type.String(),
});
export type KeyRow = Static<typeof KeyRow>;

/** All keys, revoked ones too. */
export const selectKeys = defineQuery("api/access/keys", Type.Object({}), KeyRow);

/** Where versions of keys go, in the order of `keyLine`. */
export const keyTable = {
  table: "api_key",
  columns: [
    "key_id",
    "version",
    "name",
    "role",
    "token_sha256",
    "account_id",
    "domain",
    "user_id",
    "sources",
    "cidrs",
    "expires_ms",
    "state",
    "changed_by",
    "changed_at",
  ],
};

/** A version as a line of `keyTable`. */
export function keyLine(row: KeyRow): string {
  const values = [
    row.key_id,
    row.version,
    field(row.name),
    row.role,
    row.token_sha256,
    field(row.account_id),
    field(row.domain),
    field(row.user_id),
    textsField(row.sources),
    textsField(row.cidrs),
    row.expires_ms,
    row.state,
    field(row.changed_by),
    timeField(Number(row.changed_ms)),
  ];
  return `${values.join("\t")}\n`;
}

/** What may be shown of a key. */
export function toKey(row: KeyRow): ApiKey {
  const { key_id, name, role, sources, cidrs, state, changed_by } = row;
  const given = (text: string): string | null => (text === "" ? null : text);
  return {
    key_id,
    name,
    role,
    account_id: given(row.account_id),
    domain: given(row.domain),
    user_id: given(row.user_id),
    sources: role === "producer" ? sources : [],
    expires_at: row.expires_ms === "0" ? null : formatInstant(instant(Number(row.expires_ms))),
    cidrs,
    state,
    changed_at: formatMs(row.changed_ms),
    changed_by,
  };
}
