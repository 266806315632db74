import { groupDigits, showAmount, showPeriod } from "./figures.ts";
import { html, type Html } from "../../core/html.ts";

/** One statement as its page shows it; accounts carry their names. */
export interface StatementView {
  readonly id: string;
  readonly number: string | null;
  readonly payer: string;
  readonly period: string;
  readonly currency: string;
  readonly state: string;
  readonly net: string;
  readonly sections: readonly {
    readonly account: string;
    readonly lines: readonly StatementLineView[];
  }[];
}

interface StatementLineView {
  readonly description: string;
  readonly quantity: string;
  readonly unit: string;
  /** What a unit costs, or that it has no price. */
  readonly price: string;
  readonly amount: string;
  readonly kind: string;
  readonly adjusts: { readonly statement_id: string; readonly line: number | null } | null;
}

/** What a payer owes, a section per account, a row per line. */
export function renderStatement(statement: StatementView): Html {
  const { payer, period, currency, state, net, number, sections } = statement;
  const title = number === null ? state : `${state} · ${number}`;
  return html`<p class="back"><a href="/?period=${period}">← ${showPeriod(period)}</a></p>
    <div class="heading">
      <div>
        <h1>${payer}</h1>
        <p class="muted">Statement for ${showPeriod(period)} · ${title}</p>
      </div>
      <p class="sum"><span class="muted">Net</span> ${showAmount({ amount: net, currency })}</p>
    </div>
    <p class="muted">
      Download: <a href="/statements/${statement.id}/document?format=pdf">PDF</a> ·
      <a href="/statements/${statement.id}/document?format=html">HTML</a> ·
      <a href="/statements/${statement.id}/document?format=csv">CSV</a>${number === null ? null : ublLink(statement.id)}
    </p>
    ${sections.map(({ account, lines }) => renderSection({ account, lines, currency }))}
    <p class="muted">${statement.id}</p>`;
}

function ublLink(id: string): Html {
  return html` · <a href="/statements/${id}/document?format=ubl">E-invoice (UBL)</a>`;
}

function renderSection({
  account,
  lines,
  currency,
}: {
  account: string;
  lines: readonly StatementLineView[];
  currency: string;
}): Html {
  const rows = lines.map(({ description, quantity, unit, price, amount, kind, adjusts }) => {
    const what =
      adjusts === null
        ? description
        : html`<a href="/statements/${adjusts.statement_id}">${description}</a>${ofLine(adjusts)}`;
    return html`<tr class="${kind}">
      <th scope="row">${what}</th>
      <td>${groupDigits(quantity)} <span class="unit">${unit}</span></td>
      <td class="price">${price}</td>
      <td>${showAmount({ amount, currency })}</td>
    </tr>`;
  });
  return html`<section class="card">
    <h2>${account}</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Lines of ${account}">
      <table class="lines">
        <caption class="unseen">
          Lines of ${account}
        </caption>
        <thead>
          <tr>
            <th scope="col">Item</th>
            <th scope="col">Quantity</th>
            <th scope="col">Unit price</th>
            <th scope="col">Amount</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </section>`;
}

/** Which line of the original a correction is of; a tier or charge that was reached only now has none there. */
function ofLine({ line }: { readonly line: number | null }): string {
  return line === null ? " · not on the original" : ` · line ${line}`;
}
