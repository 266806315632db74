import { expect, test } from "vitest";
import { createRecentIds } from "../../ingest/recent-ids.ts";

test("what was remembered is a duplicate with the same content and a conflict with another; the rest is new", () => {
  const recent = createRecentIds();
  expect(recent.know("s", "a", "line")).toBe("new");
  recent.remember("s", "a", "line");
  expect([recent.know("s", "a", "line"), recent.know("s", "a", "other"), recent.know("t", "a", "line")]).toEqual([
    "duplicate",
    "conflict",
    "new",
  ]);
});

test("source and id are never run together: 12 and 3 are not 1 and 23", () => {
  const recent = createRecentIds();
  recent.remember("12", "3", "line");
  expect([recent.know("1", "23", "line"), recent.know("123", "", "line")]).toEqual(["new", "new"]);
});

test("memory is bounded: of a million ids the last quarter is known, the first half forgotten, and nothing is ever mistaken", () => {
  const recent = createRecentIds();
  for (let n = 0; n < 1_000_000; n += 1) recent.remember("s", `${n}`, "line");
  expect([recent.know("s", "0", "line"), recent.know("s", "499999", "line")]).toEqual(["new", "new"]);
  expect([recent.know("s", "750000", "line"), recent.know("s", "999999", "line")]).toEqual(["duplicate", "duplicate"]);
  expect(recent.know("s", "999999", "other")).toBe("conflict");
});
