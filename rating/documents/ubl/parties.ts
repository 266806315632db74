import type { Profile } from "../../profiles/profile.ts";
import type { Issuer } from "../../profiles/issuer.ts";
import { element, type Xml } from "./xml.ts";

/** Who sells. `tells_vat`: false where nothing is subject to it, since then it must not be named. Pure. */
export function supplierParty(parties: Parties, { tells_vat }: { tells_vat: boolean }): Xml | null {
  const { issuer } = parties;
  const { legal_name, registration, email, phone, vat_id } = issuer;
  const contact = element("cac:Contact", [
    element("cbc:Name", email === "" && phone === "" ? "" : legal_name),
    element("cbc:Telephone", phone),
    element("cbc:ElectronicMail", email),
  ]);
  return element("cac:AccountingSupplierParty", [
    element("cac:Party", [
      endpoint(endpointsOf(parties).issuer),
      element("cac:PartyIdentification", [element("cbc:ID", issuer.id)]),
      element("cac:PartyName", [element("cbc:Name", legal_name)]),
      postalAddress(issuer.address),
      taxScheme(tells_vat ? vat_id : ""),
      element("cac:PartyLegalEntity", [
        element("cbc:RegistrationName", legal_name),
        element("cbc:CompanyID", registration, registerOf(issuer)),
      ]),
      contact,
    ]),
  ]);
}

/** Who pays. Pure. */
export function customerParty(parties: Parties, { tells_vat }: { tells_vat: boolean }): Xml | null {
  const { customer } = parties;
  const { legal_name, account_id, vat_id, email } = customer;
  return element("cac:AccountingCustomerParty", [
    element("cac:Party", [
      endpoint(endpointsOf(parties).customer),
      element("cac:PartyIdentification", [element("cbc:ID", account_id)]),
      element("cac:PartyName", [element("cbc:Name", legal_name)]),
      postalAddress(customer.address),
      taxScheme(tells_vat ? vat_id : ""),
      element("cac:PartyLegalEntity", [element("cbc:RegistrationName", legal_name)]),
      element("cac:Contact", [element("cbc:ElectronicMail", email)]),
    ]),
  ]);
}

/** Schemes of electronic addresses that are a VAT number, by its prefix (code list EAS). */
const vatSchemes: Readonly<Record<string, string>> = Object.fromEntries(
  (
    "HU:9910 ES:9920 AL:9923 BA:9924 BE:9925 BG:9926 CH:9927 CY:9928 CZ:9929 DE:9930 EE:9931 GB:9932 EL:9933 HR:9934 IE:9935 LI:9936 LT:9937 " +
    "LU:9938 LV:9939 MC:9940 ME:9941 MK:9942 MT:9943 NL:9944 PL:9945 PT:9946 RO:9947 RS:9948 SI:9949 SK:9950 SM:9951 TR:9952 FR:9957"
  )
    .split(" ")
    .map((pair) => pair.split(":") as [string, string]),
);

interface Endpoint {
  readonly endpoint: string;
  readonly scheme: string;
}

/** Where both can be reached on the Peppol network: the payer as its profile says, the seller as its own does or by its VAT number; null = not both can. Pure. */
export function peppolEndpoints({ issuer, customer }: Parties): { issuer: Endpoint; customer: Endpoint } | null {
  const scheme = vatSchemes[issuer.vat_id.slice(0, 2)];
  const byNumber = scheme === undefined ? null : { endpoint: compact(issuer.vat_id), scheme };
  const [ours, theirs] = [issuer.e_address ?? byNumber, customer.e_address];
  return isOnPeppol(ours) && isOnPeppol(theirs) ? { issuer: ours, customer: theirs } : null;
}

/** Mail addresses are in the list of EN 16931 and not in that of the network. */
function isOnPeppol(address: Endpoint | null): address is Endpoint {
  return address !== null && address.scheme !== "EM";
}

/** The electronic address of each: on the network, else by mail, which the code list of EN 16931 knows and Peppol does not. Pure. */
function endpointsOf(parties: Parties): { issuer: Endpoint | null; customer: Endpoint | null } {
  const byMail = ({ email }: { email: string }): Endpoint | null =>
    email === "" ? null : { endpoint: email, scheme: "EM" };
  const { issuer, customer } = parties;
  return (
    peppolEndpoints(parties) ?? {
      issuer: issuer.e_address ?? byMail(issuer),
      customer: customer.e_address ?? byMail(customer),
    }
  );
}

interface Parties {
  readonly issuer: Issuer;
  readonly customer: Profile;
}

function endpoint(address: Endpoint | null): Xml | null {
  return address === null ? null : element("cbc:EndpointID", address.endpoint, { schemeID: address.scheme });
}

/** The register a number is of, where its form tells: Dutch sellers must name it. */
function registerOf({ address, registration }: Issuer): Readonly<Record<string, string>> {
  return address.country === "NL" && /^\d{8}$/.test(registration) ? { schemeID: "0106" } : {};
}

function postalAddress({ lines, city, postal_code, region, country }: Issuer["address"]): Xml | null {
  const [street = "", more = "", ...rest] = lines;
  return element("cac:PostalAddress", [
    element("cbc:StreetName", street),
    element("cbc:AdditionalStreetName", more),
    element("cbc:CityName", city),
    element("cbc:PostalZone", postal_code),
    element("cbc:CountrySubentity", region),
    element("cac:AddressLine", [element("cbc:Line", rest.join(", "))]),
    element("cac:Country", [element("cbc:IdentificationCode", country)]),
  ]);
}

/** A number without what people write between its digits. */
function compact(vat_id: string): string {
  return vat_id.replace(/[ .-]/g, "");
}

function taxScheme(vat_id: string): Xml | null {
  if (vat_id === "") return null;
  return element("cac:PartyTaxScheme", [
    element("cbc:CompanyID", compact(vat_id)),
    element("cac:TaxScheme", [element("cbc:ID", "VAT")]),
  ]);
}
