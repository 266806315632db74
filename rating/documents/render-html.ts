import { html, type Html } from "../../core/html.ts";
import type { Fact, Layout } from "./lay-out.ts";

/** Paper first: what is seen on a screen is what comes out of a printer. Nothing is loaded from anywhere. */
const style = `
:root{color-scheme:light;--ink:#16191d;--muted:#5b6470;--rule:#c9ced6;--accent:#1d3f5e;--alarm:#a3381f}
*{box-sizing:border-box}
body{margin:0;background:#eef0f3;color:var(--ink);font:15px/1.5 "Noto Sans","Noto Sans Arabic","Noto Sans CJK SC",system-ui,"Segoe UI",Roboto,sans-serif}
main{max-width:56rem;margin:1.5rem auto;padding:2.5rem;background:#fff}
header{display:flex;justify-content:space-between;align-items:center;gap:1rem;border-block-end:2px solid var(--accent);padding-block-end:.75rem}
h1{margin:0;font-size:1.9rem;color:var(--accent)}h2{font-size:1.05rem;color:var(--accent);margin:1.75rem 0 .4rem}
h3{font-size:.8rem;font-weight:400;color:var(--muted);margin:0}
.mark{color:var(--alarm);border:1.5px solid;border-radius:3px;padding:.1rem .5rem;font-size:1rem;margin-inline-start:.6rem}
header img{max-height:4rem;max-width:14rem}
.heads{display:grid;grid-template-columns:1fr 1fr auto;gap:1.5rem;margin-block-start:1rem}.heads p{margin:0;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:auto auto;gap:.15rem 1rem;margin:0;justify-content:start}dt{color:var(--muted)}dd{margin:0}
.facts dd{text-align:end}
table{width:100%;border-collapse:collapse}th,td{padding:.4rem .35rem;text-align:end;vertical-align:top;font-variant-numeric:tabular-nums}
th:first-child{text-align:start;overflow-wrap:anywhere}tbody th,tfoot th,.totals th{font-weight:400}
thead th{font-size:.85rem;font-weight:400;color:var(--muted);border-block-end:1.5px solid var(--accent);white-space:nowrap}
tbody tr{border-block-end:1px solid var(--rule);break-inside:avoid}tfoot th{color:var(--muted)}
thead th:nth-child(2){width:20%}thead th:nth-child(3){width:15%}thead th:nth-child(4){width:19%}
.note{display:block;font-size:.85rem;color:var(--muted)}td{white-space:nowrap}
.totals{width:min(34rem,100%);margin-inline-start:auto;margin-block-start:1.5rem;break-inside:avoid}
.totals .strong>*{font-weight:700;border-block-start:1.5px solid var(--accent)}
footer{margin-block-start:2.5rem;color:var(--muted);font-size:.85rem}
@media (max-width:40rem){main{padding:1rem;margin:0}.heads{grid-template-columns:1fr}}
@media print{@page{size:A4;margin:1.8cm 2cm 2cm}body{background:none;font-size:9.5pt}main{margin:0;padding:0;max-width:none}thead{display:table-header-group}}
`;

/** A statement as one file: for a browser, a screen reader and a printer. Names are escaped where they are put in. Pure. */
export function renderHtml(layout: Layout): string {
  const { language, direction, title, mark, footer, from, to, facts, logo, sections, totals, bank, notes } = layout;
  const image = logo === "" ? null : html`<img src="${logo}" alt="${from?.lines[0] ?? ""}" />`;
  return html`<!doctype html>
    <html lang="${language}" dir="${direction}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="content-security-policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
        />
        <title>${title} ${footer}</title>
        <style>
          ${{ markup: style }}
        </style>
      </head>
      <body>
        <main>
          <header>
            <h1>${title}${mark === "" ? null : html`<span class="mark">${mark}</span>`}</h1>
            ${image}
          </header>
          <div class="heads">
            ${renderParty(to)} ${from === null ? html`<div></div>` : renderParty(from)} ${renderFacts(facts, "facts")}
          </div>
          ${sections.length === 0 ? html`<p>${layout.empty}</p>` : sections.map((section) => renderSection(section, layout))}
          ${renderTotals(totals)}
          ${
            bank === null
              ? null
              : html`<h2>${bank.heading}</h2>
                  ${renderFacts(bank.facts, "bank")}`
          }
          ${
            notes === null
              ? null
              : html`<h2>${notes.heading}</h2>
                  ${notes.lines.map((line) => html`<p dir="auto">${line}</p>`)}`
          }
          <footer>${footer}</footer>
        </main>
      </body>
    </html> `.markup;
}

function renderParty({ heading, lines }: Layout["to"]): Html {
  return html`<section>
    <h3>${heading}</h3>
    ${lines.map((line) => html`<p dir="auto">${line}</p>`)}
  </section>`;
}

function renderFacts(facts: readonly Fact[], name: string): Html {
  return html`<dl class="${name}">
    ${facts.map(
      ({ label, value }) =>
        html`<dt>${label}</dt>
          <dd><bdi>${value}</bdi></dd>`,
    )}
  </dl>`;
}

function renderSection({ name, rows, sum }: Layout["sections"][number], { heads }: Layout): Html {
  return html`<h2>${name}</h2>
    <table>
      <thead>
        <tr>
          ${[heads.item, heads.quantity, heads.price, heads.amount].map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ item, note, quantity, price, amount }) =>
            html`<tr>
              <th scope="row"><bdi>${item}</bdi>${note === "" ? null : html`<span class="note">${note}</span>`}</th>
              <td><bdi>${quantity}</bdi></td>
              <td><bdi>${price}</bdi></td>
              <td dir="ltr">${amount}</td>
            </tr>`,
        )}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colspan="3">${sum.label}</th>
          <td dir="ltr">${sum.value}</td>
        </tr>
      </tfoot>
    </table>`;
}

function renderTotals(totals: Layout["totals"]): Html {
  return html`<table class="totals">
    <tbody>
      ${totals.map(
        ({ label, value, strong }) =>
          html`<tr class="${strong ? "strong" : ""}">
            <th scope="row">${label}</th>
            <td dir="ltr">${value}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
