import { bare, type Entry } from "../profiles/book.ts";
import { defaultIssuer, type Issuer } from "../profiles/issuer.ts";
import { DEFAULT_SERIES, numberForm } from "../profiles/series.ts";

/** Who sells, as a finalizing run reads it. */
export interface LaidIssuers {
  /** As function issuers_of in sql/views takes them. */
  readonly issuers: string;
  readonly default_issuer: string;
}

/** Days until a document without an issuer is due. */
const TERMS_DAYS = 30;

/** Issuers with the form of their numbers in a year; one without a name stands for documents that have none. Their logos stay where they are. Pure. */
export function layIssuers(issuers: readonly Entry<Issuer>[], year: string): LaidIssuers {
  const rows = issuers.map((entry) => {
    const issuer = bare(entry);
    const { series, prefix, suffix, width } = numberForm({ issuer_id: issuer.id, series: issuer.series, year });
    return [
      issuer.id,
      entry.version,
      series,
      prefix,
      suffix,
      width,
      issuer.terms_days,
      JSON.stringify({ ...issuer, logo: "" }),
    ];
  });
  const nobody = numberForm({ issuer_id: "", series: DEFAULT_SERIES, year });
  rows.push(["", "0", nobody.series, nobody.prefix, nobody.suffix, nobody.width, TERMS_DAYS, ""]);
  return { issuers: JSON.stringify(rows), default_issuer: defaultIssuer(issuers) };
}
