// Exports over HTTP, on the embedded engine and on a server: asked for, waited for, listed, fetched, refused.
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildApp } from "../../api/app.ts";
import { ensureAdminToken } from "../../api/access/keys.ts";
import { silentLog } from "../../core/log.ts";
import { at } from "../at.ts";
import { openTestSystem, type TestSystem } from "../test-system.ts";
import { event } from "./test-api.ts";

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly error: string | null;
  readonly rows: string;
  readonly sha256: string;
  readonly totals: readonly object[];
  readonly files: readonly { readonly name: string; readonly role: string }[];
}

describe.each([
  ["on the embedded engine", false],
  ["on a server", true],
])("%s", (_where, served) => {
  let on: TestSystem;
  let app: Awaited<ReturnType<typeof buildApp>>;
  const call = (method: "GET" | "POST" | "PUT", url: string, payload?: object, accept = "*/*") =>
    app.inject({
      method,
      url,
      headers: { authorization: "Bearer secret-token", accept },
      ...(payload === undefined ? {} : { payload }),
    });

  beforeAll(async () => {
    on = await openTestSystem(at("2026-10-02T12:00:00Z"), { served });
    await ensureAdminToken(on.system.keys, "secret-token");
    app = await buildApp(on.system, { log: silentLog });
    const vm = { tariff_id: "vm", name: "VM", usage_type: 1, unit: "hour", model: "per_unit", rate: "0.10" };
    await call("PUT", "/v1/rate-cards/default", { name: "List", currency: "EUR", tariffs: [vm] });
    await call("POST", "/v1/accounts", { account_id: "acme-id" });
    await call("POST", "/v1/events", [event("e1", "VM.START", "2026-10-01T00:00:00Z")]);
    await on.system.aggregate({ until: at("2026-10-02T00:00:00Z") });
    await on.system.rate({ period: "2026-10" });
  }, 120_000);
  afterAll(async () => {
    await app.close();
    await on.close();
  });

  async function finished(input: object): Promise<Shown> {
    const begun = await call("POST", "/v1/exports", input);
    expect([begun.statusCode, begun.json<Shown>().state]).toEqual([202, "running"]);
    const { id } = begun.json<Shown>();
    expect([begun.headers.location, begun.headers["content-location"]]).toEqual([
      `/v1/operations/${id}`,
      `/v1/exports/${id}`,
    ]);
    for (;;) {
      const found = (await call("GET", `/v1/exports/${id}`)).json<Shown>();
      if (found.state !== "running") return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  // Worked: 24 h at 0.10 = 2.40
  test("each kind in each format becomes a file, whose bytes have the checksum that is told", async () => {
    for (const [kind, format] of [
      ["usage", "csv"],
      ["billing", "parquet"],
      ["focus", "ndjson"],
      ["journal", "csv"],
    ] as const) {
      const found = await finished({ kind, period: "2026-10", format });
      expect(found).toMatchObject({ state: "complete", error: null });
      if (kind === "billing" || kind === "focus") expect(found.totals).toEqual([{ currency: "EUR", amount: "2.4" }]);
      const file = await call("GET", `/v1/exports/${found.id}/file`);
      expect(file.statusCode).toBe(200);
      const of = (accept: string) => call("GET", `/v1/exports/${found.id}/file`, undefined, accept);
      expect((await of(String(file.headers["content-type"]))).statusCode).toBe(200);
      expect((await of("application/json")).statusCode, "it has another form").toBe(406);
      expect(createHash("sha256").update(file.rawPayload).digest("hex")).toBe(found.sha256);
      expect(file.headers["content-disposition"]).toContain(
        `${kind}${kind === "focus" ? "-1.4" : ""}-2026-10.${format}`,
      );
    }
  }, 120_000);

  test("what goes with a FOCUS export is fetched by name; what is not there is not found", async () => {
    const found = await finished({
      kind: "focus",
      period: "2026-10",
      format: "csv",
      options: { focus_version: "1.4" },
    });
    const metadata = found.files.find(({ role }) => role === "metadata");
    const answer = await call("GET", `/v1/exports/${found.id}/file?name=${metadata?.name}`);
    expect(answer.json()).toMatchObject({ DataGenerator: { DataGenerator: "Tallyhouse" } });
    for (const url of [
      `/v1/exports/${found.id}/file?name=..%2F..%2Fstore`,
      "/v1/exports/ex_none",
      "/v1/exports/ex_none/file",
    ])
      expect((await call("GET", url)).statusCode).toBe(404);
  }, 120_000);

  test("a failed one says why and has no file; a version is for FOCUS alone", async () => {
    const failed = await finished({ kind: "focus", period: "2025-01", format: "csv" });
    expect(failed).toMatchObject({ state: "failed", error: "2025-01 is not rated yet", files: [] });
    expect((await call("GET", `/v1/exports/${failed.id}/file`)).statusCode).toBe(409);
    const wrong = { kind: "usage", period: "2026-10", format: "csv", options: { focus_version: "1.2" } };
    expect((await call("POST", "/v1/exports", wrong)).statusCode).toBe(400);
    expect((await call("POST", "/v1/exports", { kind: "usage", period: "2026-13", format: "csv" })).statusCode).toBe(
      400,
    );
  });

  test("the list has all of them once, page by page", async () => {
    const ids: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const from: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const answer = await call("GET", `/v1/exports?limit=2${from}`);
      const page = answer.json<{ data: Shown[]; next_cursor: string | null }>();
      ids.push(...page.data.map(({ id }) => id));
      cursor = page.next_cursor;
    }
    expect(ids.length).toBe(6);
    expect(new Set(ids).size).toBe(6);
  });
});
