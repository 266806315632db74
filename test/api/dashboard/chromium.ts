import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

/** Debian's Chromium; undefined where none is installed. */
const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path));
/** Whether tests in a browser are left out: nowhere where all is to be run. */
export const without_browser = executablePath === undefined && process.env["TALLY_TEST_REAL"] !== "1";

/** A browser of its own, to be closed by whoever asked for it. */
export function launchBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error("chromium is not installed: apt-get install chromium");
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"];
  return chromium.launch({ executablePath, args });
}

/** A page of a reader who has signed in by `token` (null = nobody has), and all it complained of. */
export async function openPage(
  browser: Browser,
  {
    url,
    token,
    width = 1280,
    theme = "light",
  }: { url: string; token: string | null; width?: number; theme?: "light" | "dark" },
): Promise<{ page: Page; context: BrowserContext; complaints: string[] }> {
  const context = await browser.newContext({
    baseURL: url,
    colorScheme: theme,
    viewport: { width, height: 900 },
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "America/New_York",
    acceptDownloads: true,
  });
  if (token !== null) {
    const { status } = await context.request
      .post("/v1/session", { data: { token } })
      .then((answer) => ({ status: answer.status() }));
    if (status !== 201) throw new Error(`signing in answered ${status}`);
  }
  context.setDefaultTimeout(90_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(`${message.text()} ${message.location().url}`.trim()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => void complaints.push(`dialog ${dialog.message()}`));
  return { page, context, complaints };
}

/** Whether anything is wider than the screen. */
export async function isTooWide(page: Page): Promise<boolean> {
  return Number(await page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0;
}

/** Waits until a view has asked all it asks, and shows it. */
export async function settled(page: Page): Promise<void> {
  await page.locator("h1").waitFor();
  await page.waitForLoadState("networkidle");
  await page.locator(".waiting").waitFor({ state: "detached" });
}

/** What a table says, row by row. */
export async function rowsOf(page: Page, caption: string): Promise<string[][]> {
  const rows = page.getByRole("region", { name: caption }).locator("tbody tr");
  const cells = await rows.locator("th, td").allTextContents();
  const width = cells.length / Math.max(1, await rows.count());
  return Array.from({ length: cells.length / width }, (_, row) => cells.slice(row * width, (row + 1) * width));
}
