import Type, { type Static } from "typebox";
import { field, timeField } from "../../core/insert-lines.ts";
import { defineQuery } from "../../core/sql.ts";
import { Role } from "./roles.ts";

/** No blank, slash or control character: it is typed, and stands in addresses and logs. */
const Username = Type.String({ pattern: "^[^\\s/\\x00-\\x1f\\x7f]{1,128}$" });
const Name = Type.String({ maxLength: 256 });

const facts = {
  user_id: Type.String({ minLength: 1, maxLength: 256 }),
  /** Whose user it is; its domain is where the username is unique, and what a domain-admin sees. */
  account_id: Type.String({ minLength: 1, maxLength: 256 }),
  username: Username,
  email: Name,
  first_name: Name,
  last_name: Name,
  role: Role,
  /** '' = the account's. */
  time_zone: Type.String({ maxLength: 64 }),
  state: Type.Union([Type.Literal("active"), Type.Literal("disabled"), Type.Literal("deleted")]),
};

/** A person who can sign in, as it stands. `version` counts its changes from 1. */
export const User = Type.Object(
  {
    ...facts,
    domain: Type.String({ description: "Path of the account's domain" }),
    version: Type.String({ pattern: "^\\d+$" }),
  },
  { $id: "User", additionalProperties: false },
);
export type User = Static<typeof User>;

/** What may be said of a user; what is left out stays as it was. A new one needs account_id and username; its role is `account` then. */
export const UserChange = Type.Object(
  {
    user_id: Type.Optional(facts.user_id),
    account_id: Type.Optional(facts.account_id),
    username: Type.Optional(Username),
    email: Type.Optional(Name),
    first_name: Type.Optional(Name),
    last_name: Type.Optional(Name),
    role: Type.Optional(Role),
    time_zone: Type.Optional(facts.time_zone),
    state: Type.Optional(facts.state),
  },
  { additionalProperties: false },
);
export type UserChange = Static<typeof UserChange>;

/** A version of a user as the store holds it; password_ms: when the password was set, Unix ms, 0 = never. */
export const UserRow = Type.Object({ ...User.properties, password: Type.String(), password_ms: Type.String() });
export type UserRow = Static<typeof UserRow>;

/** All users, deleted ones too. */
export const selectUsers = defineQuery("api/access/users", Type.Object({}), UserRow);

const texts = [
  "user_id",
  "version",
  "account_id",
  "username",
  "email",
  "first_name",
  "last_name",
  "role",
  "time_zone",
  "state",
  "password",
] as const;

/** Where versions of users go, in the order of `userLine`. */
export const userTable = { table: "access_user", columns: [...texts, "password_ms", "changed_at", "changed_by"] };

/** A version as a line of `userTable`. */
export function userLine(row: UserRow, { at, by }: { at: number; by: string }): string {
  return `${[...texts.map((name) => field(row[name])), row.password_ms, timeField(at), field(by)].join("\t")}\n`;
}

/** What may be shown of a user. */
export function toUser({ password: _kept, password_ms: _set, ...user }: UserRow): User {
  return user;
}
