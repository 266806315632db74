import Type, { type Static } from "typebox";
import { refuse } from "../refuse.ts";
import { Address, AddressInput, ElectronicAddress, readAddress, requireEmail, requireVatId } from "./address.ts";
import { isIban } from "./iban.ts";
import { DEFAULT_SERIES, requireSeries } from "./series.ts";

/** How a thing that people name is called. */
export const Key = Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$" });
const Text = (maxLength: number) => Type.String({ maxLength });
/** Days from the issue of a document to when it is due. */
export const Terms = Type.Integer({ minimum: 0, maximum: 365, description: "days from issue to when it is due" });

const facts = {
  legal_name: Type.String({ minLength: 1, maxLength: 300 }),
  address: Address,
  vat_id: Text(30),
  registration: Type.String({ maxLength: 100, description: "with a register of companies" }),
  email: Text(254),
  phone: Text(50),
  iban: Text(42),
  bic: Text(11),
  bank: Text(100),
  logo: Type.String({ maxLength: 400_000, description: "a data URI of a PNG, JPEG or SVG, or empty" }),
  e_address: Type.Union([ElectronicAddress, Type.Null()]),
  series: Type.String({ maxLength: 60, description: "how documents are numbered: {year}-{number:6} when left out" }),
  terms_days: Terms,
  notes: Text(2000),
};

/** Who sells, as a document names it. */
export const Issuer = Type.Object({ id: Key, ...facts }, { additionalProperties: false });
export type Issuer = Static<typeof Issuer>;

const { legal_name, ...others } = facts;
/** An issuer as it is put: whole; what is left out is empty. */
export const IssuerInput = Type.Object(
  {
    id: Key,
    legal_name,
    ...Type.Partial(Type.Object(others)).properties,
    address: Type.Optional(AddressInput),
  },
  { additionalProperties: false },
);
export type IssuerInput = Static<typeof IssuerInput>;

const BIC = /^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$/;
const LOGO = /^data:image\/(png|jpeg|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}$/;
const TERMS_DAYS = 30;

/** An issuer in full. Pure. @throws AppError invalid-request */
export function readIssuer(input: IssuerInput): Issuer {
  const { id, vat_id = "", registration = "", email = "", phone = "", iban = "", bic = "", bank = "" } = input;
  const { logo = "", e_address = null, series = DEFAULT_SERIES, terms_days = TERMS_DAYS, notes = "" } = input;
  const address = readAddress(input.address);
  requireVatId(vat_id);
  requireEmail(email);
  if (iban !== "" && !isIban(iban)) refuse("iban", iban, "an IBAN whose check digits are right, or none");
  if (bic !== "" && !BIC.test(bic)) refuse("bic", bic, "8 or 11 capitals and digits, such as INGBNL2A, or none");
  if (logo !== "" && !LOGO.test(logo))
    refuse("logo", `${logo.slice(0, 40)}…`, "a data URI of a PNG, JPEG or SVG, or none");
  requireSeries(series);
  const bankFacts = { iban: iban.replaceAll(" ", ""), bic, bank };
  const reach = { registration, email, phone };
  return {
    id,
    legal_name: input.legal_name,
    address,
    vat_id,
    ...reach,
    ...bankFacts,
    logo,
    e_address,
    series,
    terms_days,
    notes,
  };
}

/** The issuer of payers whose profile names none: the only one there is, or the one called `default`; "" = there is none. */
export function defaultIssuer(issuers: readonly Pick<Issuer, "id">[]): string {
  const [first, second] = issuers;
  if (first !== undefined && second === undefined) return first.id;
  return issuers.some(({ id }) => id === "default") ? "default" : "";
}
