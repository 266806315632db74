import Type, { type Static } from "typebox";

/**
 * What a caller may do: admin everything, finance all billing and no settings, auditor reads all, producer posts events of named sources,
 * domain-admin sees the accounts of its domain and below, account its own records. Which role may do what: rules.ts.
 */
export const Role = Type.Union([
  Type.Literal("admin"),
  Type.Literal("finance"),
  Type.Literal("auditor"),
  Type.Literal("producer"),
  Type.Literal("domain-admin"),
  Type.Literal("account"),
]);
export type Role = Static<typeof Role>;

/** All roles, the widest first. */
export const allRoles: readonly Role[] = Role.anyOf.map((role) => role.const);

/** Whose work is all of it, and so sees everybody's. */
export const staff: readonly Role[] = ["admin", "finance", "auditor"];
/** Who looks at how the installation is run: not finance. */
export const overseers: readonly Role[] = ["admin", "auditor"];
/** Roles that see the records of some accounts alone. */
export const customers: readonly Role[] = ["domain-admin", "account"];
/** Who may look at usage at all. */
export const everyReader: readonly Role[] = [...staff, ...customers];
