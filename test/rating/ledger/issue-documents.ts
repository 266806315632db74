import { dec, type Dec, formatDecimal, roundTo } from "../../../core/decimal.ts";
import { minorUnit } from "../../../core/currencies.ts";
import type { Run } from "../../../core/runs.ts";
import type { System } from "../../../api/system.ts";

interface Draft {
  readonly payer: string;
  readonly currency: string;
  readonly id: string;
  readonly net: string;
}

/** What a test makes final: `tax` in percent of the net, `fail` dies after the steps and before publishing. */
export interface Issued {
  readonly period: string;
  readonly tax?: string | ((payer: string) => string);
  readonly payer?: string;
  readonly fail?: boolean;
  /** Takes this document back instead. */
  readonly reverses?: string;
  /** Of a reissue. */
  readonly suffix?: string;
}

/** A run of kind finalize that writes documents with their lines and taxes as they come, and then does what the ledger adds. */
export async function issueDocuments(on: Pick<System, "store" | "runs" | "finalizing">, asked: Issued): Promise<Run> {
  const { store, runs, finalizing } = on;
  const { period, tax: taxed = "0", payer = "", fail = false, reverses, suffix = "" } = asked;
  const command = (query: string): Promise<unknown> => store.run.command({ query });
  const rows = async <T>(query: string): Promise<T[]> =>
    (await store.run.query({ query, format: "JSONEachRow" })).json<T>();
  const run = await runs.hold({ kind: "finalize", period }, async (begun) => {
    const run_seq = begun.seq.toString();
    const published = "(SELECT run_seq FROM published_run)";
    const lines = `FROM statement_line WHERE period = '${period}' AND run_seq = (SELECT max(rating_seq) FROM current_rating WHERE period = '${period}')`;
    const drafts =
      reverses === undefined
        ? await rows<Draft>(
            `SELECT payer_account_id AS payer, toString(currency) AS currency, concat(statement_id_of(payer, '${period}', toString(apart)), '${suffix}') AS id, toString(sum(amount)) AS net
             ${lines} AND ('${payer}' = '' OR payer = '${payer}')
             GROUP BY payer, currency, apart
             HAVING id NOT IN (SELECT statement_id FROM statement_document WHERE run_seq IN ${published}) ORDER BY payer, currency, id`,
          )
        : await rows<Draft>(
            `SELECT payer_account_id AS payer, currency, concat('cn_', statement_id) AS id, toString(-net) AS net FROM statement_document
             WHERE statement_id = '${reverses}' AND run_seq IN ${published}`,
          );
    for (const { payer: of, currency, id, net } of drafts) {
      const tax = typeof taxed === "string" ? taxed : taxed(of);
      const owed = taxOf(dec(net), tax, currency);
      const total = formatDecimal(dec(net).plus(owed));
      const kind = reverses === undefined ? "statement" : "credit_note";
      await command(
        `INSERT INTO statement_document (run_seq, statement_id, kind, number_no, number, payer_account_id, period, currency, reverses, net, tax, total)
         VALUES (${run_seq}, '${id}', '${kind}', 1, 'N-${id}', '${of}', '${period}', '${currency}', '${reverses ?? ""}', ${net}, ${formatDecimal(owed)}, ${total})`,
      );
      if (tax !== "0")
        await command(
          `INSERT INTO statement_tax (run_seq, statement_id, tax_rate_id, for_period, name, category, percent, net, amount)
           VALUES (${run_seq}, '${id}', 'vat', '${period}', 'VAT', 'S', ${tax}, ${net}, ${formatDecimal(owed)})`,
        );
      if (reverses === undefined)
        await command(
          `INSERT INTO final_line (* EXCEPT (tax_rate_id, statement_id, run_seq), run_seq, statement_id, tax_rate_id)
           SELECT * EXCEPT (run_seq), ${run_seq}, '${id}', '${tax === "0" ? "" : "vat"}' ${lines} AND payer_account_id = '${of}' AND currency = '${currency}'`,
        );
    }
    for (const step of finalizing.steps) await step({ run_seq, period });
    if (fail) throw new Error("killed");
    return runs.step(begun, { state: drafts.length === 0 ? "unchanged" : "published" });
  });
  await finalizing.issued({ run_seq: run.seq.toString(), period });
  return run;
}

/** Tax in coins, half away from zero. */
function taxOf(net: Dec, percent: string, currency: string): Dec {
  return roundTo(net.times(dec(percent)).div(100), minorUnit(currency));
}
