import { expect } from "vitest";
import type { TestApi } from "./test-api.ts";

/** Sends what must be refused, and holds the problem to the status, the field and the words expected. */
export async function refused(
  api: TestApi,
  method: "GET" | "POST" | "PUT",
  url: string,
  body: unknown,
  expected: { status: number; field?: string; words: string },
  headers: Record<string, string> = { authorization: `Bearer ${api.admin}` },
): Promise<void> {
  const answer = await api.call(method, url, body, headers);
  expect(answer.statusCode, answer.body).toBe(expected.status);
  const problem: { detail: string; field?: string } = answer.json();
  expect(problem.detail).toContain(expected.words);
  if (expected.field !== undefined) expect(problem.field).toBe(expected.field);
}
/** Follows a list to its end; `url` has a query already. */
export async function everyPage(
  api: TestApi,
  url: string,
): Promise<{ pages: number; data: Record<string, unknown>[] }> {
  const data: Record<string, unknown>[] = [];
  let cursor: string | null = "";
  let pages = 0;
  while (cursor !== null) {
    const page: { data: Record<string, unknown>[]; next_cursor: string | null } = (
      await api.call("GET", `${url}${cursor === "" ? "" : `&cursor=${cursor}`}`)
    ).json();
    data.push(...page.data);
    cursor = page.next_cursor;
    pages += 1;
  }
  return { pages, data };
}
