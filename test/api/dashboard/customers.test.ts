// What those see who may see some accounts alone, in a real Chromium (skipped where none is installed; apt-get install chromium).
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { at } from "../../at.ts";
import { launchBrowser, openPage, rowsOf, settled, without_browser } from "./chromium.ts";
import { hostile, openWorld, type World } from "./world.ts";

const own = ["customer", "manager"] as const;

describe.skipIf(without_browser)("in a browser", { timeout: 240_000 }, () => {
  let world: World;
  let browser: Browser;
  beforeAll(async () => {
    [world, browser] = await Promise.all([openWorld(), launchBrowser()]);
    for (const payer_account_id of ["acme", "beta"]) {
      const thresholds = [{ percent: "80", of: "actual" as const }];
      const facts = { name: `All of ${payer_account_id}`, currency: "EUR", amount: "60", thresholds };
      const budget = { budget_id: `${payer_account_id}-month`, payer_account_id, ...facts };
      await world.system.budgets.put(budget, { by: "test", is_new: true });
    }
  }, 240_000);
  afterAll(async () => {
    await browser.close();
    await world.close();
  });

  test.each(own)(
    "a %s sees what its account used, what that costs and why, and no page asks what is closed to it",
    async (reader) => {
      const { page, context, complaints } = await openPage(browser, { url: world.url, token: world.tokens[reader] });
      const open = async (path: string): Promise<string> => {
        await page.goto(path);
        await settled(page);
        const text = (await page.locator("main").textContent()) ?? "";
        expect(text, path).not.toMatch(/vm-3|50\.00|beta/);
        return text;
      };
      expect(await open("/")).toContain("Usage");
      const views = await page.getByRole("navigation", { name: "Views" }).getByRole("link").allTextContents();
      expect(views).toEqual(["Usage", "Forecast", "Budgets", "Statements", "API reference"]);

      await open("/usage?period=2026-10");
      // vm-1 ran for 60 h, vm-2 for 2 h
      const [used] = await rowsOf(page, "What was used, days of UTC");
      expect(used?.slice(0, 3)).toEqual(["Running VM", "62", "hours"]);
      await page.getByText("Numbers of Running VM").click();
      expect((await rowsOf(page, "Running VM")).slice(0, 5).map(([, hours]) => hours)).toEqual([
        "24",
        "24",
        "12",
        "0",
        "2",
      ]);
      await open("/usage?period=2026-10&type=1");
      const resources = await rowsOf(page, "Running VM by resource, the most first");
      expect(resources.map(([name, id, hours]) => [name, id, hours])).toEqual([
        ["vm-1", "vm-1", "60"],
        ["vm-2", "vm-2", "2"],
      ]);

      // 60 h at 0.50; the month is over, so nothing is added
      expect(await open("/forecast?period=2026-10")).toContain("30.00 EUR");
      const budgets = await open("/budgets?period=2026-10");
      expect(budgets).toContain("All of acme");
      expect(budgets).toContain("50 % used, 30.00 EUR");

      await open("/statements?period=2026-10");
      expect((await rowsOf(page, "Statements of October 2026")).map(([payer]) => payer)).toEqual([hostile]);
      await page.getByRole("link", { name: hostile, exact: true }).click();
      await page.getByRole("link", { name: "Running VM · Machine" }).click();
      await settled(page);
      expect(await page.locator(".tiles").textContent()).toContain("30.00 EUR");
      await page.getByText("Numbers of Timeline").click();
      await page.getByRole("region", { name: "Timeline" }).getByRole("link", { name: "VM.STOP" }).last().click();
      await settled(page);
      expect(await page.locator("h1").textContent()).toBe("Event e3");
      expect(await page.locator("pre").textContent()).toContain('"resource": "vm-1"');

      expect(await open("/search?q=BETA")).toContain("Nothing was found.");
      expect(await open("/search?q=run_5f0c2a7b")).not.toContain("Go to");
      expect(await open("/months")).toContain(
        `The role ${reader === "customer" ? "account" : "domain-admin"} may not see it.`,
      );
      expect(complaints).toEqual([]);
      await context.close();
    },
  );

  test.each(own)("to a %s what is of others is not there, whichever address is typed", async (reader) => {
    const { page, context } = await openPage(browser, { url: world.url, token: world.tokens[reader] });
    for (const path of [
      "/usage?period=2026-10&account=beta",
      "/forecast?period=2026-10&account=beta",
      "/statements?period=2026-10&account=beta",
      `/statements/${world.beta_statement_id}`,
      `/statements/${world.beta_statement_id}/lines/1`,
      "/event?source=cloud/zone-1&id=e7",
    ]) {
      await page.goto(path);
      await settled(page);
      expect(await page.getByRole("alert").first().textContent(), path).toMatch(/[Tt]here is no|no event/);
      expect(await page.locator("main").textContent(), path).not.toMatch(/vm-3|50\.00/);
    }
    await context.close();
  });

  test("whose account names no zone sees days of the installation's, by name", async () => {
    await world.system.settings.set("usage.aggregation.timezone", "Asia/Tokyo", "test");
    const { page, context } = await openPage(browser, { url: world.url, token: world.tokens.customer });
    await page.goto("/usage?period=2026-10");
    await settled(page);
    expect(await page.locator(".heading").textContent()).toContain("October 2026, days of Asia/Tokyo");
    await world.system.settings.set("usage.aggregation.timezone", "UTC", "test");
    await context.close();
  });

  test("usage begins with the month of the newest that is published, and keeps to the month of the address", async () => {
    // Published up to 2 November; nothing of December is known.
    world.clock.set(at("2026-12-15T12:00:00Z"));
    const { page, context, complaints } = await openPage(browser, { url: world.url, token: world.tokens.customer });
    await page.goto("/usage");
    await settled(page);
    expect(await page.locator("select[name=period]").inputValue()).toBe("2026-11");
    expect(await page.locator(".heading").textContent()).toContain("November 2026, days of UTC");
    await page.locator("select[name=period]").selectOption("2026-12");
    await settled(page);
    expect(await page.locator("main").textContent()).toContain("No usage in December 2026.");
    expect(complaints).toEqual([]);
    await context.close();
  });
});
