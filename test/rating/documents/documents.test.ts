// Golden documents: what a reader finds on paper, in a browser and in a spreadsheet, for four currencies and languages.
import { afterAll, expect, test } from "vitest";
import { minorUnit } from "../../../core/currencies.ts";
import { Dec, formatFixed } from "../../../core/decimal.ts";
import { languages, labelsOf } from "../../../rating/documents/labels.ts";
import { layOut } from "../../../rating/documents/lay-out.ts";
import { makeDocument } from "../../../rating/documents/make-document.ts";
import { renderCsv } from "../../../rating/documents/render-csv.ts";
import { renderHtml } from "../../../rating/documents/render-html.ts";
import { createTypesetter } from "../../../rating/documents/typeset.ts";
import { readCases } from "../../read-cases.ts";
import { customer, type DocumentCase, documentOf, documentOfCase, issuer, lineOf, shown } from "./document-case.ts";
import { attachedFiles, pdfPages } from "./pdf-text.ts";

const typesetter = createTypesetter({ fonts_folder: "" });
afterAll(() => typesetter.close());
const cases = readCases<DocumentCase>("rating/printed");
const byName = cases.map((one) => [one.name, one] as const);

/** Spaces and isolating marks apart, which are set by where a line breaks. */
const bare = (text: string): string => text.replace(/[\s\u00a0\u2066-\u2069]/g, "");
/** What a page says, tags and entities apart. */
const textOf = (html: string): string =>
  bare(
    html
      .replace(/<style>[\s\S]*?<\/style>|<[^>]*>/g, " ")
      .replace(/&amp;/g, "&")
      .replace(/&#39;/g, "'"),
  );
const pdfOf = async (document: ReturnType<typeof documentOf>): Promise<Uint8Array> =>
  (await typesetter.typeset(layOut(document, shown))).pdf;
const textOnPaper = async (document: ReturnType<typeof documentOf>): Promise<string> =>
  bare(pdfPages(await pdfOf(document)).join(" "));

test.each(byName)(
  "the sums worked by hand hold: %s",
  (_, { lines, net, taxed, total, credits, payable, tax, currency }) => {
    const decimals = minorUnit(currency);
    const sum = lines.reduce((all, { amount }) => all.plus(new Dec(amount)), new Dec(0));
    expect(formatFixed(sum, decimals)).toBe(net);
    for (const { quantity, unit_price, amount } of lines)
      if (unit_price !== undefined)
        expect(formatFixed(new Dec(quantity ?? "").times(new Dec(unit_price ?? "")), decimals)).toBe(amount);
    expect(formatFixed(new Dec(net).times(new Dec(tax.rate)).div(100), decimals)).toBe(taxed);
    expect(formatFixed(new Dec(net).plus(new Dec(taxed)), decimals)).toBe(total);
    expect(formatFixed(new Dec(total).minus(new Dec(credits)), decimals)).toBe(payable);
  },
);

/** Letters for which this machine has no font come out as boxes (tally doctor says so); with TALLY_TEST_REAL=1 it must have them all. */
const canPrint = async (text: string): Promise<boolean> =>
  process.env["TALLY_TEST_REAL"] === "1" || typesetter.canWrite(text);

test.each(byName)("a reader finds every figure on paper and in a browser: %s", async (_, one) => {
  const document = documentOfCase(one);
  const [paper, page] = [await textOnPaper(document), textOf(renderHtml(layOut(document, shown)))];
  for (const text of one.shows) {
    expect(page, text).toContain(bare(text));
    if (await canPrint(text)) expect(paper, text).toContain(bare(text));
  }
  for (const { amount } of one.lines)
    expect(paper).toContain(
      bare(
        layOut(document, shown).sections[0]?.rows.find(
          ({ amount: own }) => own.replace(/\D/g, "") === amount.replace(/\D/g, ""),
        )?.amount ?? "none",
      ),
    );
});

test("the same statement is the same bytes, archivable and tagged, with its date and the e-invoice in it", async () => {
  const document = documentOfCase(cases[0] as DocumentCase);
  const make = () => makeDocument({ typesetter }, { document, format: "pdf", shown });
  const [first, second] = [await make(), await make()];
  const bytes = Buffer.from(first.content);
  expect(bytes.equals(Buffer.from(second.content))).toBe(true);
  expect(first).toMatchObject({ media_type: "application/pdf", file_name: "2026-000042.pdf" });
  const raw = bytes.toString("latin1");
  expect(raw).toMatch(/pdfaid:part>3</);
  expect(raw).toContain("/StructTreeRoot");
  expect(raw).toContain("/Lang (en)");
  expect(raw).toContain("D:20261102000000Z");
  const ubl = await makeDocument({ typesetter }, { document, format: "ubl", shown });
  expect(attachedFiles(first.content as Uint8Array)).toEqual([ubl.content]);
});

test("a table goes on over pages under its heads, each page with its number", async () => {
  const lines = Array.from({ length: 100 }, (_, index) =>
    lineOf(index + 1, { amount: "1.00", description: `Machine ${index + 1}.` }),
  );
  const pages = pdfPages(await pdfOf(documentOf({ lines, net: "100.00", total: "100.00", payable: "100.00" })));
  expect(pages).toHaveLength(3);
  for (const [index, page] of pages.entries()) {
    expect(page).toContain(`Page ${index + 1} of 3`);
    expect(page).toContain("Unit price");
  }
  const text = pages.join(" ");
  for (const { description } of lines) expect(text.split(description)).toHaveLength(2);
  expect(pages[2]).toContain("100.00 EUR");
});

test("a section for each account, the payer's own first, with what it comes to", async () => {
  const lines = [
    lineOf(1, { account_id: "b", amount: "2.00" }),
    lineOf(2, { amount: "3.00" }),
    lineOf(3, { account_id: "b", amount: "-0.50" }),
  ];
  const { sections } = layOut(documentOf({ lines, net: "4.50" }), shown);
  expect(sections.map(({ name, sum }) => [name, sum.value])).toEqual([
    ["Acme", "3.00"],
    ["b", "1.50"],
  ]);
});

test("drafts, void statements, credit notes, corrections and reverse charge say what they are", async () => {
  const adjusts = { period: "2026-09", statement_id: "st_1", line: 1, kind: "usage" as const };
  const correction = documentOf({
    lines: [lineOf(1, { amount: "-2.00", adjusts })],
    state: "draft",
    number: null,
    issued_on: null,
  });
  expect(await textOnPaper(correction)).toContain(bare("Corrects September 2026"));
  expect(await textOnPaper(correction)).toContain("Draft");
  const documents = new Map([["st_9", { number: "2026-000009", issued_on: "2026-10-02" }]]);
  const note = layOut(documentOf({ kind: "credit_note", reverses: "st_9", state: "void" }), { ...shown, documents });
  expect(note).toMatchObject({ title: "Credit note", mark: "Void" });
  expect(note.facts).toContainEqual({ label: "Takes back", value: "2026-000009" });
  const reverse = documentOf({ customer: { ...customer, tax: { rule: "reverse_charge", reason: "Article 196" } } });
  expect(layOut(reverse, shown).notes?.lines.slice(0, 2)).toEqual([
    expect.stringContaining("Reverse charge"),
    "Article 196",
  ]);
});

const attacks = [
  '#read("/etc/passwd") *bold* $x^2$ #panic() \\ @ref <label> ]',
  "</th><script>alert(1)</script>",
  '" onmouseover="x',
  "=cmd|'/C calc'!A0",
  "]]> <!ENTITY x SYSTEM 'file:///etc/passwd'> &x; &amp;",
  "{{constructor}} <%= it %> ${x} %{y}",
];

test.each(attacks)("a name stays a name on paper, in a browser and in a spreadsheet: %s", async (name) => {
  const lines = [lineOf(1, { amount: "1.00", description: name })];
  const document = documentOf({
    lines,
    customer: { ...customer, legal_name: name },
    issuer: { ...issuer, notes: name },
    notes: [name],
  });
  const named = { ...shown, names: new Map([["acme", name]]) };
  const paper = bare(pdfPages((await typesetter.typeset(layOut(document, named))).pdf).join(" "));
  expect(paper.split(bare(name)).length).toBeGreaterThanOrEqual(4);
  const html = renderHtml(layOut(document, named));
  expect(html).not.toContain("<script");
  expect(html).not.toMatch(/ onmouseover="/);
  const cells = renderCsv(document, named).split("\r\n")[1] ?? "";
  expect(cells).not.toMatch(/(^|,)"?[=+@]/);
  expect(cells).toContain(name.replaceAll('"', '""'));
});

test("a spreadsheet gets figures as figures, and texts it would compute with an apostrophe", () => {
  const names = new Map([["acme", "-2+3"]]);
  const csv = renderCsv(documentOf({ lines: [lineOf(1, { amount: "-1.50", description: "@SUM(A1)" })] }), { names });
  const [head = "", row = "", end] = csv.split("\r\n");
  expect(end).toBe("");
  const cells = Object.fromEntries(head.split(",").map((name, index) => [name, row.split(",")[index]]));
  expect(cells).toMatchObject({
    amount: "-1.50",
    description: "'@SUM(A1)",
    account: "'-2+3",
    line: "1",
    number: "2026-000042",
  });
});

test("every language has all words, with what is filled in where English has it", () => {
  const english = labelsOf("en");
  for (const language of languages) {
    const { words, months, period_form } = labelsOf(language);
    for (const [name, word] of Object.entries(words)) {
      const filled = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([found]) => found).toSorted();
      expect(word, `${language} ${name}`).not.toBe("");
      expect(filled(word), `${language} ${name}`).toEqual(filled(english.words[name as keyof typeof words]));
    }
    expect(months.length === 12 || !period_form.includes("{month}")).toBe(true);
  }
  expect(languages).toEqual(["en", "de", "nl", "fr", "es", "ar", "zh", "ja"]);
  expect(labelsOf("de-AT").language).toBe("de");
  expect(labelsOf("tlh").language).toBe("en");
});

test("a logo is set with its name for those who do not see it; one that is no image is left out, not the statement", async () => {
  const pixel =
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  const withLogo = async (logo: string) =>
    typesetter.typeset(layOut(documentOf({ issuer: { ...issuer, logo } }), shown));
  const good = await withLogo(pixel);
  expect(good.standard).toBe("a-3a");
  expect(Buffer.from(good.pdf).toString("latin1")).toContain("/Alt (Tally Cloud B.V.)");
  const bad = await withLogo("data:image/png;base64,bm90IGFuIGltYWdl");
  expect(pdfPages(bad.pdf)).toHaveLength(1);
  expect((await withLogo("https://tracker.example/logo.png")).standard).toBe("a-3a");
});

test("a folder of fonts that is not there does no harm, and names in scripts without a font leave the statement to be read", async () => {
  const elsewhere = createTypesetter({ fonts_folder: "/nowhere/at/all" });
  try {
    const { pdf } = await elsewhere.typeset(
      layOut(documentOf({ lines: [lineOf(1, { amount: "1.00", description: "机器 خادم" })] }), shown),
    );
    expect(pdfPages(pdf)).toHaveLength(1);
  } finally {
    await elsewhere.close();
  }
});
