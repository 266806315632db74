/**
 * Decimals of the minor unit of every current currency and fund code of ISO 4217, table A.1 as published on 1 January
 * 2026
 * (Bulgaria on the euro, XCG in place of ANG). Codes without a minor unit (gold, SDR, testing) are left out: nothing
 * can be billed in them.
 * The standard, not Intl: Intl follows habit and gives HUF, IDR or PKR no decimals, which would round a statement
 * wrongly.
 */
const CODES_BY_MINOR_UNIT = {
  0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
  2:
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK " +
    "DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL " +
    "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB " +
    "SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG",
  3: "BHD IQD JOD KWD LYD OMR TND",
  4: "CLF UYW",
} as const;

const minorUnits: ReadonlyMap<string, number> = new Map(
  Object.entries(CODES_BY_MINOR_UNIT).flatMap(([decimals, codes]) =>
    codes.split(" ").map((code) => [code, Number(decimals)] as const),
  ),
);

/** All known codes in alphabetical order. */
export const currencyCodes: readonly string[] = [...minorUnits.keys()].sort();

/** Whether `code` is a current ISO 4217 code with a minor unit, in capitals: `EUR`. */
export function isCurrency(code: string): boolean {
  return minorUnits.has(code);
}

/**
 * Decimals a statement in this currency has: 2 for EUR, 0 for JPY, 3 for BHD. Throws RangeError for an unknown code.
 */
export function minorUnit(code: string): number {
  const decimals = minorUnits.get(code);
  if (decimals === undefined) throw new RangeError(`"${code}" is not a current ISO 4217 currency, such as EUR`);
  return decimals;
}
