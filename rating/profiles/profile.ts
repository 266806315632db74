import Type, { type Static } from "typebox";
import { refuse } from "../refuse.ts";
import { Address, AddressInput, ElectronicAddress, readAddress, requireEmail, requireVatId } from "./address.ts";
import { Key, Terms } from "./issuer.ts";

/** Which tax a payer is charged: by the rates of his place, or none for a reason. */
const TaxRule = Type.Union([
  Type.Literal("standard"),
  Type.Literal("exempt"),
  Type.Literal("reverse_charge"),
  Type.Literal("outside"),
]);

const PayerTax = Type.Object(
  { rule: TaxRule, reason: Type.String({ maxLength: 500, description: "as it stands on documents" }) },
  { additionalProperties: false },
);
const PayerTaxInput = Type.Partial(PayerTax, { additionalProperties: false });
const Text = (maxLength: number) => Type.String({ maxLength });
const facts = {
  legal_name: Text(300),
  address: Address,
  vat_id: Text(30),
  email: Text(254),
  purchase_order: Text(100),
  terms_days: Type.Union([Terms, Type.Null()], { description: "null = as the issuer says" }),
  language: Type.String({ pattern: "^[a-z]{2}(-[A-Z]{2})?$", description: "of documents and mails: en when left out" }),
  issuer_id: Type.String({ maxLength: 100, description: "who sells to this payer; empty = the default one" }),
  tax: PayerTax,
  e_address: Type.Union([ElectronicAddress, Type.Null()]),
};

/** Who pays, as a document names it. It is kept apart from everything billed. */
export const Profile = Type.Object(
  { account_id: Type.String({ minLength: 1, maxLength: 256 }), ...facts },
  { additionalProperties: false },
);
export type Profile = Static<typeof Profile>;

/** A profile as it is put: whole; what is left out is empty. */
export const ProfileInput = Type.Object(
  {
    ...Type.Partial(Type.Object(facts)).properties,
    account_id: Profile.properties.account_id,
    address: Type.Optional(AddressInput),
    tax: Type.Optional(PayerTaxInput),
    issuer_id: Type.Optional(Type.Union([Key, Type.Literal("")])),
  },
  { additionalProperties: false },
);
export type ProfileInput = Static<typeof ProfileInput>;

/** A profile in full. Pure. @throws AppError invalid-request */
export function readProfile(input: ProfileInput): Profile {
  const { account_id, legal_name = "", vat_id = "", email = "", purchase_order = "", terms_days = null } = input;
  const { language = "en", issuer_id = "", e_address = null } = input;
  const { rule = "standard", reason = "" } = input.tax ?? {};
  const address = readAddress(input.address);
  requireVatId(vat_id);
  requireEmail(email);
  if (rule === "reverse_charge" && vat_id === "")
    refuse("vat_id", vat_id, "the VAT id of a payer who accounts for the tax himself (reverse_charge)");
  if (rule === "exempt" && reason === "") refuse("tax.reason", reason, "why the payer is exempt");
  if (rule === "standard" && reason !== "") refuse("tax.reason", reason, "none, since the rule is standard");
  const tax = { rule, reason };
  return {
    account_id,
    legal_name,
    address,
    vat_id,
    email,
    purchase_order,
    terms_days,
    language,
    issuer_id,
    tax,
    e_address,
  };
}
