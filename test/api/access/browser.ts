import type { TestApi } from "../test-api.ts";

/** The cookies a browser has: the later one of a name takes the place of the former. */
export interface Browser {
  cookie: string;
}

/** Has it keep what an answer sets. */
export function keepCookies(browser: Browser, set: string | string[] | undefined): void {
  const given = [...browser.cookie.split("; "), ...[set ?? []].flat().map((one) => one.split(";")[0] ?? "")];
  const all = new Map(given.map((one) => [one.split("=")[0], one]));
  browser.cookie = [...all.values()].filter((one) => one !== "").join("; ");
}

/** Signs a user of ROOT/acme in, or tries to. */
export async function signIn(
  { call }: TestApi,
  { username, password }: { username: string; password: string },
  browser: Browser = { cookie: "" },
) {
  const body = { domain: "ROOT/acme", username, password };
  const answer = await call("POST", "/v1/session", body, { cookie: browser.cookie });
  keepCookies(browser, answer.headers["set-cookie"]);
  return answer;
}
