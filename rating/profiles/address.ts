import Type, { type Static } from "typebox";
import { refuse } from "../refuse.ts";
import { isCountry } from "./countries.ts";

/** Where somebody is, as it stands on a document. */
export const Address = Type.Object(
  {
    lines: Type.Array(Type.String({ maxLength: 200 }), { maxItems: 6 }),
    city: Type.String({ maxLength: 100 }),
    postal_code: Type.String({ maxLength: 20 }),
    region: Type.String({ maxLength: 100, description: "as tax rates name it; empty where there is none" }),
    country: Type.String({ maxLength: 2, description: "ISO 3166-1, such as NL; empty = not known" }),
  },
  { additionalProperties: false },
);
export type Address = Static<typeof Address>;

/** An address as it is put: what is left out is empty. */
export const AddressInput = Type.Partial(Address, { additionalProperties: false });
export type AddressInput = Static<typeof AddressInput>;

/** Where e-invoices are sent: the endpoint, and the scheme its id is of (EAS, four digits). */
export const ElectronicAddress = Type.Object(
  { scheme: Type.String({ pattern: "^[0-9]{4}$|^EM$" }), endpoint: Type.String({ minLength: 1, maxLength: 200 }) },
  { additionalProperties: false },
);

/** The address in full. Pure. @throws AppError invalid-request */
export function readAddress(input: AddressInput = {}): Address {
  const { lines = [], city = "", postal_code = "", region = "", country = "" } = input;
  requireCountry("address.country", country);
  return { lines: lines.filter((line) => line !== ""), city, postal_code, region, country };
}

/** @throws AppError invalid-request for what is neither empty nor a country */
export function requireCountry(field: string, country: string): void {
  if (country !== "" && !isCountry(country)) refuse(field, country, "a country of ISO 3166-1 such as NL, or none");
}

const VAT_ID = /^[A-Za-z0-9][A-Za-z0-9 .+*/-]{2,29}$/;
const EMAIL = /^[^\s@<>]+@[^\s@<>]+$/;

/** @throws AppError invalid-request. The form alone is looked at, and loosely: countries write them in their own ways. */
export function requireVatId(vat_id: string): void {
  if (vat_id !== "" && !VAT_ID.test(vat_id)) refuse("vat_id", vat_id, "3 to 30 letters, digits and . + * / -, or none");
}

/** @throws AppError invalid-request for what is neither empty nor looks like name@domain */
export function requireEmail(email: string): void {
  if (email !== "" && !EMAIL.test(email)) refuse("email", email, "an address such as billing@example.com, or none");
}
