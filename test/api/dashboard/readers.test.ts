// The paths of three readers through the dashboard, in a real Chromium (skipped where none is installed; apt-get install chromium).
import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser, openPage, rowsOf, settled, without_browser } from "./chromium.ts";
import { hostile, openWorld, type World } from "./world.ts";

// A browser beside other tests on two cores takes its time.
describe.skipIf(without_browser)("in a browser", { timeout: 240_000 }, () => {
  let world: World;
  let browser: Browser;
  beforeAll(async () => {
    [world, browser] = await Promise.all([openWorld(), launchBrowser()]);
  }, 240_000);
  afterAll(async () => {
    await browser.close();
    await world.close();
  });

  test("nobody sees anything before signing in, a wrong token is told, a right one opens the page asked for, and signing out closes it", async () => {
    const { page, context } = await openPage(browser, { url: world.url, token: null });
    await page.goto("/statements?period=2026-10");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    expect(await page.textContent("body")).not.toContain("beta");
    await page.getByLabel("Token").fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    expect(await page.getByRole("alert").textContent()).toContain("not one of this installation");
    await page.getByLabel("Token").fill(world.tokens.finance);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("link", { name: "beta", exact: true }).waitFor();
    expect(await page.evaluate("document.cookie")).toBe("");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.goto("/statements?period=2026-10");
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await context.close();
  });

  test("finance finds what October came to and who came to most, follows a statement's line down to its events, and goes back", async () => {
    const { page, context, complaints } = await openPage(browser, { url: world.url, token: world.tokens.finance });
    await page.goto("/");
    await settled(page);
    expect(await page.locator("h1").textContent()).toBe("October 2026");
    // 30.00 of acme and 50.00 of beta; September had 5.00
    expect(await rowsOf(page, "Who came to most")).toEqual([
      ["beta", "50.00", "0.00", "+50.00", "", "EUR", ""],
      [hostile, "30.00", "5.00", "+25.00", "+500", "EUR", ""],
    ]);
    expect(await page.locator(".tiles").textContent()).toContain("80.00");
    expect(await page.locator(".tiles").textContent()).toContain("+75.00 against September 2026, +1500 %");
    await page.getByText("Numbers of Net per month, EUR").click();
    expect((await rowsOf(page, "Net per month, EUR")).slice(0, 3)).toEqual([
      ["October 2026", "80.00", "+75.00", "2"],
      ["September 2026", "5.00", "+5.00", "1"],
      ["August 2026", "0.00", "0.00", "0"],
    ]);

    await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Statements" }).click();
    await page.getByRole("link", { name: hostile, exact: true }).click();
    await page.getByRole("link", { name: "Running VM · Machine" }).click();
    await settled(page);
    expect(await page.locator(".tiles").textContent()).toContain("30.00 EUR");
    expect(await page.locator(".tiles").textContent()).toContain("60 hours");
    await page.getByText("Numbers of Timeline").click();
    // the machine's 60 hours cut at the two midnights, as windows are
    const stretches = await rowsOf(page, "Timeline");
    expect(stretches.map(([, when]) => when)).toEqual([
      "2026-10-01 00:00 – 2026-10-02 00:00 UTC",
      "2026-10-02 00:00 – 2026-10-03 00:00 UTC",
      "2026-10-03 00:00 – 2026-10-03 12:00 UTC",
    ]);
    await page.getByRole("region", { name: "Timeline" }).getByRole("link", { name: "VM.STOP" }).last().click();
    await settled(page);
    expect(await page.locator("h1").textContent()).toBe("Event e3");
    expect(await page.locator("pre").textContent()).toContain('"resource": "vm-1"');
    expect(await page.evaluate("document.activeElement.tagName"), "the heading has the focus").toBe("H1");
    const sent = page.url();

    await page.goBack();
    await settled(page);
    expect(await page.locator("h1").textContent()).toBe("Running VM · Machine");
    await page.goBack();
    await settled(page);
    expect(page.url()).toBe(`${world.url}/statements/${world.statement_id}`);

    const colleague = await openPage(browser, { url: world.url, token: world.tokens.auditor });
    await colleague.page.goto(sent);
    await settled(colleague.page);
    expect(await colleague.page.locator("h1").textContent()).toBe("Event e3");
    expect([...complaints, ...colleague.complaints]).toEqual([]);
    await colleague.context.close();
    await context.close();
  });

  test("an address with its filters and order leads whoever signs in first to the same", async () => {
    const { page, context, complaints } = await openPage(browser, { url: world.url, token: world.tokens.finance });
    await page.goto("/statements?period=2026-10");
    await settled(page);
    const payers = async (): Promise<string[]> =>
      (await rowsOf(page, "Statements of October 2026")).map(([payer = ""]) => payer);
    await page.getByRole("button", { name: "Payable" }).click();
    await page.locator("th[aria-sort=descending]").waitFor();
    expect(await payers()).toEqual(["beta", hostile]);
    await page.getByRole("button", { name: "Payable" }).press("Enter");
    await page.locator("th[aria-sort=ascending]").waitFor();
    expect(await payers()).toEqual([hostile, "beta"]);
    await page.getByRole("button", { name: "Payable" }).click();
    await page.getByRole("button", { name: "Net" }).click();
    await page.locator("th[aria-sort=descending]").waitFor();
    const sent = page.url();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.goto(sent);
    await page.getByRole("button", { name: "With a user name and password instead" }).click();
    await page.getByRole("button", { name: "With a token instead" }).click();
    await page.getByLabel("Token").fill(world.tokens.auditor);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("region", { name: "Statements of October 2026" }).waitFor();
    expect(page.url()).toBe(sent);
    expect(await payers()).toEqual(["beta", hostile]);
    // Asked before anybody had signed in.
    expect(complaints.filter((one) => !one.includes("/v1/session"))).toEqual([]);
    await context.close();
  });

  test("a table is saved as a file that no spreadsheet runs, with exact figures", async () => {
    const { page, context } = await openPage(browser, { url: world.url, token: world.tokens.finance });
    await page.goto("/statements?period=2026-10");
    await settled(page);
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "CSV of Statements" }).click(),
    ]);
    expect(file.suggestedFilename()).toBe("statements-2026-10.csv");
    const lines = readFileSync(await file.path(), "utf8").split("\r\n");
    expect(lines[0]).toBe("Payer,Number,State,Net,Tax,Total,Payable,Currency,Documents");
    expect(lines[1]).toBe(`acme,,draft,30.00,0.00,30.00,30.00,EUR,${world.statement_id}`);
    expect(await page.locator("[aria-live]").textContent()).toBe("2 rows saved as statements-2026-10.csv");
    const [pdf] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "PDF of the statement of beta" }).click(),
    ]);
    expect(
      readFileSync(await pdf.path())
        .subarray(0, 5)
        .toString(),
    ).toBe("%PDF-");
    await context.close();
  });

  test("finance previews a re-rating by a new price, sees the difference, and closes the month overriding a finding by name", async () => {
    const { page, context } = await openPage(browser, { url: world.url, token: world.tokens.finance });
    const card = await world.system.rateCards.get("default");
    const tariffs = (card?.tariffs ?? []).map((tariff) => ({ ...tariff, rate: "0.60" }));
    await world.system.rateCards.put("default", { name: "Test", currency: "EUR", tariffs }, "test");
    await page.goto("/rerating?period=2026-10");
    await settled(page);
    await page.getByRole("button", { name: "Preview October 2026" }).click();
    await page.getByRole("heading", { name: "What it changes" }).waitFor();
    await page.getByRole("region", { name: "Accounts whose lines it changes" }).waitFor();
    // 60 h and 100 h, each 0.10 dearer
    const changes = await rowsOf(page, "Accounts whose lines it changes");
    expect(changes.map((row) => row.slice(0, 4))).toEqual([
      ["beta", "50.00", "60.00", "+10.00"],
      [hostile, "30.00", "36.00", "+6.00"],
    ]);
    expect(new URL(page.url()).searchParams.get("run")).toMatch(/^run_/);
    await page.getByRole("region", { name: "Ratings with a difference to look at" }).waitFor();
    const pressed = await page.evaluate("document.activeElement.textContent");
    expect(pressed, "who has no mouse goes on from there").toBe("Preview October 2026");

    await page.goto("/closing?period=2026-09&account=acme");
    await settled(page);
    const form = page.getByRole("form", { name: "Close the month" });
    for (const field of await form.getByLabel(/overridden because/).all()) await field.fill("known, and small");
    await form.getByLabel(/this cannot be undone/).check();
    await form.getByRole("button", { name: "Close the month" }).click();
    await page.getByText("All done.").waitFor();
    const answer = await context.request.get("/v1/periods?account_id=acme");
    expect(((await answer.json()) as { data: object[] }).data).toContainEqual(
      expect.objectContaining({ period: "2026-09", state: "closed" }),
    );
    await context.close();
  });

  test("an operator sees what came in, what waits and what ran, and moves by keys alone", async () => {
    const { page, context, complaints } = await openPage(browser, { url: world.url, token: world.tokens.admin });
    await page.goto("/");
    await settled(page);
    await page.keyboard.press("g");
    await page.keyboard.press("h");
    await page.getByRole("heading", { name: "Events in" }).waitFor();
    await settled(page);
    const tiles = await page.locator(".tiles").textContent();
    expect(tiles).toContain("Readyyes");
    expect(tiles).toContain("12 h ago");
    expect(tiles).toContain("2026-11-02 00:00 UTC");
    expect(tiles).toContain("Quarantine1");
    expect(
      await page
        .getByRole("figure", { name: /Events per hour/ })
        .locator("figcaption")
        .textContent(),
    ).toContain("8 events in 48 hours");
    expect(await page.locator("canvas").count()).toBe(1);

    await page.keyboard.press("g");
    await page.keyboard.press("q");
    await page.getByText("data.resource").first().waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("g");
    await page.keyboard.press("s");
    await page.getByRole("link", { name: "beta", exact: true }).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    expect(await page.evaluate("document.activeElement.textContent")).toBe(hostile);
    await page.keyboard.press("Enter");
    await settled(page);
    expect(await page.locator("h1").textContent()).toBe(hostile);
    await page.keyboard.press("/");
    await page.keyboard.type("beta");
    await page.keyboard.press("Enter");
    expect((await rowsOf(page, "Accounts found")).map(([name]) => name)).toEqual(["beta"]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("use of an account stands by day and type in the zone that was chosen, with the same numbers in a table", async () => {
    const { page, context, complaints } = await openPage(browser, { url: world.url, token: world.tokens.auditor });
    await page.goto("/usage?period=2026-10&account=acme");
    await settled(page);
    // 24 + 24 + 12 hours on the first three days, 2 on the fifth
    const days = async (): Promise<string[]> => {
      await page.getByText("Numbers of Running VM").click();
      return (await rowsOf(page, "Running VM")).slice(0, 6).map((row) => row.join(": "));
    };
    const inUtc = [
      "2026-10-01: 24",
      "2026-10-02: 24",
      "2026-10-03: 12",
      "2026-10-04: 0",
      "2026-10-05: 2",
      "2026-10-06: 0",
    ];
    expect(await days()).toEqual(inUtc);
    await page.getByLabel("Time zone").fill("Europe/Amsterdam");
    await page.getByLabel("Time zone").press("Enter");
    await page.getByText("days of Europe/Amsterdam").first().waitFor();
    await settled(page);
    // The days there begin at 22:00Z: the first has two hours less of it, the third two more.
    expect((await days()).slice(0, 4)).toEqual(["2026-10-01: 22", "2026-10-02: 24", "2026-10-03: 14", "2026-10-04: 0"]);
    expect(new URL(page.url()).searchParams.get("zone")).toBe("Europe/Amsterdam");
    await page.goBack();
    await settled(page);
    expect(await days()).toEqual(inUtc);
    await page.goto("/usage?period=2026-10&account=acme&span=year");
    await settled(page);
    expect(await page.locator("canvas").count()).toBe(1);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("names from events are text on every page, never markup, and a page that is not there is told", async () => {
    const { page, context, complaints } = await openPage(browser, { url: world.url, token: world.tokens.auditor });
    for (const view of [
      "/usage?period=2026-10&account=acme",
      "/statements?period=2026-10",
      `/statements/${world.statement_id}`,
      "/search?q=img",
    ]) {
      await page.goto(view);
      await settled(page);
      await page.getByText(hostile).first().waitFor();
      expect(await page.locator("img").count()).toBe(0);
    }
    expect(complaints).toEqual([]);
    await page.goto("/statements/st_202610_00000000000000000000000000000000");
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").textContent()).toContain("there is no statement");
    expect(await page.getByRole("button", { name: "Try again" }).isVisible()).toBe(true);
    await context.close();
  });
});
