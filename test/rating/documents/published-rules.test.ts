// The rules EN 16931 and Peppol publish, run by their own stylesheets over every kind of document we write.
import { describe, expect, test } from "vitest";
import { writeUbl } from "../../../rating/documents/ubl/write-ubl.ts";
import { readCases } from "../../read-cases.ts";
import { brokenPublishedRules, schematronNote, skipSchematron } from "../../services/schematron.ts";
import { type DocumentCase, documentOfCase } from "./document-case.ts";
import { samples } from "./ubl-samples.ts";

describe.skipIf(skipSchematron)(`published rules${schematronNote}`, () => {
  test("no document breaks a rule, and a sum that is wrong is seen", { timeout: 600_000 }, () => {
    const golden = readCases<DocumentCase>("rating/printed")
      .filter(({ ubl_refused }) => ubl_refused === undefined)
      .map((one) => [`golden-${one.currency}`, documentOfCase(one)] as const);
    const documents = new Map([["st_0", { number: "2026-000041", issued_on: "2026-11-02" }]]);
    const written = Object.fromEntries(
      [...Object.entries(samples), ...golden].map(([name, document]) => [name, writeUbl(document, { documents })]),
    );
    const wrong = (written["mixed"] ?? "").replace(/(<cbc:PayableAmount[^>]*>)[^<]*/, "$11.00");
    const { wrong_sum = [], ...broken } = brokenPublishedRules({ ...written, wrong_sum: wrong });
    expect(broken).toEqual(Object.fromEntries(Object.keys(written).map((name) => [name, []])));
    expect(wrong_sum.join()).toContain("BR-CO-16");
  });
});
