// Every view in both themes and two widths: axe-core finds nothing, nothing is wider than the screen, no page breaks its own policy.
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { viewAddresses } from "../../../api/dashboard/addresses.ts";
import { isTooWide, launchBrowser, openPage, settled, without_browser } from "./chromium.ts";
import { openWorld, type World } from "./world.ts";

const themes = ["light", "dark"] as const;
const widths = [390, 1280] as const;

/** Where each view is looked at; a view without a line fails the test that all have one. */
const looked: Readonly<Record<string, readonly string[]>> = {
  usage: ["/usage?period=2026-10&type=1", "/usage?period=2026-10&span=year", "/usage?period=2025-01"],
  forecast: ["/forecast", "/forecast?account=acme"],
  budgets: ["/budgets"],
  months: ["/months?period=2026-10"],
  statements: ["/statements?period=2026-10"],
  statement: ["/statements/STATEMENT"],
  line: ["/statements/STATEMENT/lines/2"],
  adjustments: ["/adjustments"],
  closing: ["/closing?period=2026-10"],
  rerating: ["/rerating?period=2026-10"],
  exports: ["/exports"],
  road: ["/road"],
  runs: ["/runs"],
  run: ["/runs/RUN"],
  findings: ["/findings?state=all"],
  quarantine: ["/quarantine"],
  event: ["/event?source=cloud%2Fzone-1&id=e3"],
  search: ["/search?q=a", "/search?q=nobody-has-this-name"],
};

/**
 * What axe-core finds wrong, and nothing of what it finds right. The rows of a table are alike, so the first forty stand for the others; no frame
 * of ours is of another origin, so axe needs no page of its own to gather what it found.
 */
function auditOf(page: Page): AxeBuilder {
  return new AxeBuilder({ page })
    .setLegacyMode(true)
    .exclude("tbody tr:nth-child(n + 41)")
    .options({ resultTypes: ["violations"] });
}

test("every view is looked at", () => {
  expect(Object.keys(looked).toSorted()).toEqual(viewAddresses.map(({ name }) => name).toSorted());
});

// A browser beside other tests on two cores takes its time.
describe.skipIf(without_browser)("in a browser", { timeout: 240_000 }, () => {
  let world: World;
  let browser: Browser;
  let addresses: string[];
  beforeAll(async () => {
    [world, browser] = await Promise.all([openWorld(), launchBrowser()]);
    const { system } = world;
    await system.budgets.put(
      {
        budget_id: "b1",
        name: "A budget",
        payer_account_id: "acme",
        currency: "EUR",
        amount: "20.00",
        thresholds: [{ percent: "80", of: "actual" }],
        period: "month",
      },
      { by: "test" },
    );
    const progress = { what: "writing the file", done: "3400000", total: "10000000", unit: "rows read" };
    const body = JSON.stringify({
      period: "2026-10",
      options: {},
      files: [],
      totals: [],
      holder: "elsewhere",
      progress,
    });
    await system.store.write.command({
      query: `INSERT INTO export_file (export_id, version, kind, format, body, state, changed_at) VALUES ('ex_1', 2, 'usage', 'csv', '${body}', 'running', now64(3))`,
    });
    const [run] = await system.runs.list({ before_seq: null, limit: 1 });
    addresses = Object.values(looked)
      .flat()
      .map((address) => address.replace("STATEMENT", world.statement_id).replace("RUN", run?.id ?? ""));
  }, 240_000);
  afterAll(async () => {
    await browser.close();
    await world.close();
  });

  test("no view in either theme and width breaks a rule of accessibility or its own policy, or is wider than the screen", async () => {
    const { page, context, complaints } = await openPage(browser, { url: world.url, token: world.tokens.admin });
    const faults: string[] = [];
    for (const address of addresses) {
      await page.goto(address);
      await settled(page);
      for (const summary of await page.locator("main figure summary").all()) await summary.click();
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        for (const colorScheme of themes) {
          await page.emulateMedia({ colorScheme });
          if (await isTooWide(page)) faults.push(`${address} is too wide at ${width}`);
          // A theme changes colours and nothing else.
          const axe = auditOf(page);
          const { violations } = await (colorScheme === "dark" ? axe.withRules(["color-contrast"]) : axe).analyze();
          faults.push(
            ...violations.map(({ id, nodes }) => `${address} ${colorScheme} ${width} ${id}: ${nodes[0]?.html}`),
          );
        }
      }
    }
    expect(faults).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("an export that is being written shows how far it is, with a name for who cannot see the bar", async () => {
    const { page, context } = await openPage(browser, { url: world.url, token: world.tokens.finance });
    await page.goto("/exports");
    const bar = page.getByRole("progressbar", { name: "writing the file: 3,400,000 of 10,000,000 rows read" });
    expect([await bar.getAttribute("value"), await bar.getAttribute("max")]).toEqual(["3400000", "10000000"]);
    await context.close();
  });

  test.each(themes)(
    "signing in in %s breaks no rule of accessibility, with a token or a password, on a phone",
    async (theme) => {
      const { page, context } = await openPage(browser, { url: world.url, token: null, theme, width: 390 });
      for (const address of ["/", "/?with=password"]) {
        await page.goto(address);
        await settled(page);
        expect(await isTooWide(page)).toBe(false);
        expect((await auditOf(page).analyze()).violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
      }
      await context.close();
    },
  );
});
