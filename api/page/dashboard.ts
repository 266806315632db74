import { groupDigits, showAmount, showInstant, showPeriod, showRoughly } from "./figures.ts";
import { html, type Html } from "../../core/html.ts";
import { type DailyUsage, renderUsageChart } from "./usage-chart.ts";

/** All the first page shows, read for one period and one payer or all. */
export interface DashboardView {
  readonly period: string;
  readonly periods: readonly string[];
  /** The payer chosen, '' = all. */
  readonly account_id: string;
  readonly accounts: readonly { readonly account_id: string; readonly name: string }[];
  readonly complete_to: string | null;
  readonly usage: readonly DailyUsage[];
  readonly totals: readonly { readonly currency: string; readonly net: string }[];
  readonly unrated_records: string;
  readonly statements: readonly StatementRow[];
  /** Statements of the period, of which `statements` may show the first only. */
  readonly statement_count: number;
}

interface StatementRow {
  readonly id: string;
  readonly payer: string;
  readonly net: string;
  readonly currency: string;
  readonly lines: number;
  readonly state: string;
}

/** Totals of a period, use per day, and who owes what. */
export function renderDashboard(view: DashboardView): Html {
  const { period, usage, complete_to } = view;
  const complete = complete_to === null ? "Nothing is published yet." : `Complete to ${showInstant(complete_to)}.`;
  return html`<div class="heading">
      <div>
        <h1>${showPeriod(period)}</h1>
        <p class="muted">${complete}</p>
      </div>
      ${renderPicker(view)}
    </div>
    <section aria-labelledby="totals">
      <h2 id="totals">Totals</h2>
      <dl class="tiles">${renderTotals(view)}</dl>
    </section>
    <section aria-labelledby="usage">
      <h2 id="usage">Usage per day</h2>
      ${usage.length === 0 ? renderNothing() : html`<div class="charts">${usage.map(renderUsageChart)}</div>`}
    </section>
    <section aria-labelledby="statements">
      <h2 id="statements">Statements</h2>
      ${renderStatements(view)}
    </section>`;
}

function renderPicker({ period, periods, account_id, accounts }: DashboardView): Html {
  const option = (value: string, text: string, chosen: boolean): Html =>
    chosen ? html`<option value="${value}" selected>${text}</option>` : html`<option value="${value}">${text}</option>`;
  return html`<form class="picker" method="get" action="/">
    <label
      >Period
      <select name="period">
        ${periods.map((each) => option(each, showPeriod(each), each === period))}
      </select></label
    >
    <label
      >Account
      <select name="account">
        ${[{ account_id: "", name: "All accounts" }, ...accounts].map((each) => option(each.account_id, each.name, each.account_id === account_id))}
      </select></label
    >
    <button>Show</button>
  </form>`;
}

function renderTotals({ totals, statement_count, unrated_records, usage }: DashboardView): Html[] {
  const tile = (term: string, figure: string, note: string): Html =>
    html`<div class="card">
      <dt>${term}</dt>
      <dd>${figure}</dd>
      <p class="muted">${note}</p>
    </div>`;
  const money = totals.map(({ currency, net }) => tile("Net", showAmount({ amount: net, currency }), "before tax"));
  const counted = tile("Statements", groupDigits(String(statement_count)), "one per payer");
  const unrated = tile(
    "Unrated",
    groupDigits(unrated_records),
    unrated_records === "0" ? "everything has a price" : "records no tariff prices",
  );
  return [...money, counted, unrated, ...usage.map(({ name, unit, total }) => tile(name, showRoughly(total), unit))];
}

function renderNothing(): Html {
  return html`<div class="card empty">
    <p>No usage in this period.</p>
    <p class="muted">
      Send events to <code>POST /v1/events</code>, or see a month of a simulated cloud with <code>npm run demo</code>.
    </p>
  </div>`;
}

function renderStatements({ statements, statement_count }: DashboardView): Html {
  if (statements.length === 0) {
    return html`<div class="card empty">
      <p>No statements in this period.</p>
      <p class="muted">They appear once a rate card is there and the period has been rated.</p>
    </div>`;
  }
  const rows = statements.map(
    ({ id, payer, net, currency, lines, state }) =>
      html`<tr>
        <th scope="row"><a href="/statements/${encodeURIComponent(id)}">${payer}</a></th>
        <td class="text">${state}</td>
        <td>${lines}</td>
        <td>${showAmount({ amount: net, currency })}</td>
      </tr>`,
  );
  const note = statements.length < statement_count ? `The first ${statements.length} of ${statement_count}.` : "";
  return html`<div class="card scroll" tabindex="0" role="region" aria-label="Statements">
    <table>
      <caption>
        One statement per payer. ${note}
      </caption>
      <thead>
        <tr>
          <th scope="col">Payer</th>
          <th scope="col" class="text">State</th>
          <th scope="col">Lines</th>
          <th scope="col">Net</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}
