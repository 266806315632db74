// Lists as files: Accept chooses, all forms say the same, and a spreadsheet runs nothing.
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import Fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildApp } from "../../../api/app.ts";
import { ensureAdminToken } from "../../../api/access/keys.ts";
import { sendReport } from "../../../api/reports/send-report.ts";
import { silentLog } from "../../../core/log.ts";
import { at } from "../../at.ts";
import { openTestSystem, type TestSystem } from "../../test-system.ts";
import { event } from "../test-api.ts";

const csv = "text/csv";
const ndjson = "application/x-ndjson";
const parquet = "application/vnd.apache.parquet";
const formula = "=cmd|' /C calc'!A1";
const hours = 24;

describe.each([
  ["the embedded engine", false],
  ["a server", true],
] as const)("on %s", (_where, served) => {
  let on: TestSystem;
  let app: FastifyInstance;
  const ask = (url: string, accept: string) =>
    app.inject({ method: "GET", url, headers: { authorization: "Bearer secret-token", accept } });
  const send = (method: "PUT" | "POST", url: string, payload: object) =>
    app.inject({ method, url, headers: { authorization: "Bearer secret-token" }, payload });
  const range = "from=2026-10-01T00:00:00Z&to=2026-11-01T00:00:00Z";
  const reports: readonly (readonly [string, string])[] = [
    ["usage-records", `/v1/usage-records?${range}`],
    ["usage-summary", `/v1/usage-summary?${range}&group_by=day,resource`],
    ["billing-records", "/v1/billing-records?period=2026-10"],
    ["ledger", "/v1/ledger"],
  ];

  beforeAll(async () => {
    on = await openTestSystem(at("2026-10-02T12:00:00Z"), { served });
    await ensureAdminToken(on.system.keys, "secret-token");
    app = await buildApp(on.system, { log: silentLog });
    const vm = { tariff_id: "vm", name: "VM", usage_type: 1, unit: "hour", model: "per_unit", rate: "0.10" };
    await send("PUT", "/v1/rate-cards/default", { name: "List", currency: "EUR", tariffs: [vm] });
    await send("POST", "/v1/accounts", { account_id: "acme-id", name: "acme" });
    await send("POST", "/v1/events", [
      event("e1", "VM.START", "2026-10-01T00:00:00Z", { name: formula }),
      event("e2", "VM.START", "2026-10-01T06:00:00Z", { resource: "-2+3", name: 'quote " and, comma' }),
    ]);
    await on.system.aggregate({ until: at("2026-10-02T00:00:00Z") });
    await on.system.rate({ period: "2026-10" });
  }, 120_000);
  afterAll(async () => {
    await app.close();
    await on.close();
  });

  /** The rows of a Parquet file, by the engine. */
  async function readParquet(bytes: Buffer): Promise<Record<string, unknown>[]> {
    const { store } = on.system;
    const path = join(store.data_dir, "seen.parquet");
    writeFileSync(path, bytes);
    const result = await store.files(store.run).query({
      query: "SELECT * FROM file({path:String}, 'Parquet')",
      query_params: { path },
      format: "JSONEachRow",
      clickhouse_settings: { output_format_json_quote_decimals: 1, output_format_decimal_trailing_zeros: 0 },
    });
    return result.json<Record<string, unknown>>();
  }

  test.each(reports)("%s is had as JSON, CSV, NDJSON and Parquet, with the same rows in each", async (name, url) => {
    const { data } = (await ask(url, "application/json")).json<{ data: object[] }>();
    expect(data.length).toBeGreaterThan(1);
    const [asCsv, asLines, asParquet] = [await ask(url, csv), await ask(url, ndjson), await ask(url, parquet)];
    for (const [answer, type, ending] of [
      [asCsv, "text/csv; charset=utf-8", "csv"],
      [asLines, ndjson, "ndjson"],
      [asParquet, parquet, "parquet"],
    ] as const) {
      expect([answer.statusCode, answer.headers["content-type"], answer.headers["vary"]], answer.body).toEqual([
        200,
        type,
        "accept",
      ]);
      expect(answer.headers["content-disposition"]).toBe(`attachment; filename="${name}.${ending}"`);
    }
    const lines = asLines.body
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const rows = await readParquet(asParquet.rawPayload);
    const [heading, ...cells] = asCsv.body.trimEnd().split("\r\n");
    expect([lines.length, rows.length, cells.length]).toEqual([data.length, data.length, data.length]);
    const columns = Object.keys(lines[0] ?? {});
    expect(heading).toBe(columns.map((column) => `"${column}"`).join(","));
    expect(Object.keys(rows[0] ?? {})).toEqual(columns);
    for (const column of ["quantity", "amount"].filter((one) => columns.includes(one)))
      expect(rows.map((row) => Number(row[column]))).toEqual(lines.map((line) => Number(line[column])));
  });

  // Worked: 24 h of the one, 18 h of the other
  test("what lies in objects has columns of its own, instants and numbers are such in Parquet, and nothing is a formula in CSV", async () => {
    const [, url] = reports[0] ?? ["", ""];
    const rows = await readParquet((await ask(url, parquet)).rawPayload);
    const first = rows.find(({ resource }) => resource === "vm-1");
    expect(first).toMatchObject({
      name: formula,
      window_start: "2026-10-01T00:00:00.000Z",
      quantity: `${hours * 3_600_000}`,
      display_quantity: "24",
    });
    const { body } = await ask(url, csv);
    expect(body).toContain(`"'${formula}"`);
    expect(body).toContain(`"'-2+3"`);
    expect(body).toContain('"quote "" and, comma"');
    expect(body).not.toMatch(/(^|,)"?[=@+-][^0-9]/m);
  });

  test("a statement's lines are had in each form, and what cannot be had is a 406 that names what can", async () => {
    const { data } = (await ask("/v1/statements?period=2026-10", "application/json")).json<{
      data: { id: string; lines: { amount: string }[] }[];
    }>();
    const [statement] = data;
    const url = `/v1/statements/${statement?.id}`;
    const amounts = (rows: readonly Record<string, unknown>[]): number[] => rows.map(({ amount }) => Number(amount));
    const wanted = statement?.lines.map(({ amount }) => Number(amount));
    expect(amounts(await readParquet((await ask(url, parquet)).rawPayload))).toEqual(wanted);
    const lines = (await ask(url, ndjson)).body.trimEnd().split("\n");
    expect(amounts(lines.map((line) => JSON.parse(line) as Record<string, unknown>))).toEqual(wanted);
    expect((await ask(url, csv)).headers["content-type"]).toContain(csv);
    for (const asked of [url, ...reports.map(([, path]) => path)]) {
      const refused = await ask(asked, "image/png");
      expect([refused.statusCode, refused.json<{ type: string; field: string }>()]).toMatchObject([
        406,
        { type: "/problems/not-acceptable", field: "accept", detail: expect.stringContaining(parquet) as string },
      ]);
    }
  });

  test("weights choose, JSON is what nothing said means, and a file goes without limit and cursor", async () => {
    const [, url] = reports[0] ?? ["", ""];
    const typeFor = async (accept: string): Promise<string> => String((await ask(url, accept)).headers["content-type"]);
    expect(await typeFor("text/csv;q=0.5, application/x-ndjson")).toBe(ndjson);
    expect(await typeFor("text/*")).toBe("text/csv; charset=utf-8");
    expect(await typeFor("*/*")).toBe("application/json; charset=utf-8");
    expect(await typeFor("text/html, application/xhtml+xml, */*;q=0.8")).toBe("application/json; charset=utf-8");
    const limited = await ask(`${url}&limit=1`, csv);
    expect([limited.statusCode, limited.json<{ field: string }>().field]).toEqual([400, "limit"]);
  });

  test("reports that are asked for at once take turns page by page, and each is whole", async () => {
    let [reading, most] = [0, 0];
    async function* pages(): AsyncGenerator<{ n: number }[]> {
      for (const n of [1, 2, 3]) {
        most = Math.max(most, (reading += 1));
        await setTimeout(5);
        reading -= 1;
        yield [{ n }];
      }
    }
    const columns = [{ name: "n", path: ["n"], type: "Int64" as const }];
    const asked = Fastify();
    asked.get("/", async (_request, reply) =>
      sendReport(on.system, { reply, form: "csv", name: "n", columns, pages: pages() }),
    );
    const answers = await Promise.all(Array.from({ length: 4 }, () => asked.inject("/")));
    expect(answers.map(({ body }) => body)).toEqual(Array.from({ length: 4 }, () => '"n"\r\n1\r\n2\r\n3\r\n'));
    expect(most).toBe(1);
    await asked.close();
  });

  test("nothing of a report stays on the disk, and one without rows has its heading alone", async () => {
    const none = await ask("/v1/usage-records?from=2025-01-01T00:00:00Z&to=2025-02-01T00:00:00Z", csv);
    expect(none.body.trimEnd().split("\r\n")).toHaveLength(1);
    const left = readdirSync(join(on.system.store.data_dir, "spool")).filter((file) => file.startsWith("report-"));
    expect(left).toEqual([]);
  });
});
