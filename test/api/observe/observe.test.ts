// What is scraped, and that the alert rules and the dashboard ask for nothing that is not there.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { createMetrics } from "../../../api/observe/metrics.ts";
import { at } from "../../at.ts";
import { event, openTestApi, type TestApi } from "../test-api.ts";
import { type Named, readExpression } from "./expressions.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi({ now: at("2026-10-02T12:00:00Z") });
});
afterAll(() => api.close());

const file = (name: string): string => readFileSync(new URL(`../../../api/observe/${name}`, import.meta.url), "utf8");
const scrape = async (): Promise<string> => (await api.call("GET", "/metrics")).body;
const figures = (text: string, name: string): Record<string, number> =>
  Object.fromEntries(
    [...text.matchAll(new RegExp(`^${name}(\\{[^}]*\\})? (\\S+)$`, "gm"))].map(([, labels = "", value]) => [
      labels,
      Number(value),
    ]),
  );

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly remedy: string };
}
const rules = (parse(file("prometheus-alerts.yaml")) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly w: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}
const { panels } = JSON.parse(file("grafana-dashboard.json")) as { panels: Panel[] };
const asked = panels.flatMap(({ title, targets = [] }) => targets.map((target) => ({ of: title, ...target })));

/** Labels by metric name as it stands in an expression: of a histogram the series it is made of. */
async function labelsOf(): Promise<Map<string, ReadonlySet<string>>> {
  const labels = new Map<string, ReadonlySet<string>>([["up", new Set<string>()]]);
  for (const { name, type, labels: own } of createMetrics(api.system).kinds) {
    labels.set(name, new Set(own));
    if (type !== "histogram") continue;
    for (const ending of ["_sum", "_count"]) labels.set(`${name}${ending}`, new Set(own));
    labels.set(`${name}_bucket`, new Set([...own, "le"]));
  }
  // what prom-client tells of the process
  for (const [, name = ""] of (await scrape()).matchAll(/^# TYPE ((?:process|nodejs)_\w+) /gm))
    labels.set(name, new Set());
  return labels;
}

/** What an expression asks for that no metric has. `instance` and `job` come from the scraper. */
function wants({ metrics, matched, grouped, faults }: Named, labels: Map<string, ReadonlySet<string>>): string[] {
  const fromScraper = ["instance", "job"];
  const has = (metric: string, label: string): boolean =>
    fromScraper.includes(label) || labels.get(metric)?.has(label) === true;
  return [
    ...faults,
    ...(metrics.length === 0 ? ["no metric at all"] : []),
    ...matched.filter(({ metric, label }) => !has(metric, label)).map(({ metric, label }) => `${metric}{${label}}`),
    ...grouped.filter((label) => !metrics.some((metric) => has(metric, label))).map((label) => `by (${label})`),
  ];
}

test("each expression of the alert rules and of the dashboard names metrics and labels that exist", async () => {
  const labels = await labelsOf();
  const known = new Set(labels.keys());
  for (const { alert, expr } of rules) expect([alert, wants(readExpression(expr, known), labels)]).toEqual([alert, []]);
  for (const { of, expr } of asked) expect([of, wants(readExpression(expr, known), labels)]).toEqual([of, []]);
  // The check finds what it is for.
  for (const wrong of [
    "tally_runz > 0",
    'tally_runs{colour="red"}',
    "sum by (colour) (tally_runs)",
    "sum(tally_runs",
    "rate(tally_runs[5 minutes])",
    "tally_runs{kind=rate}",
  ])
    expect(wants(readExpression(wrong, known), labels), wrong).not.toEqual([]);
});

test("labels in a legend or a text are those its expression leaves", async () => {
  const labels = await labelsOf();
  const known = new Set(labels.keys());
  const left = (expr: string): Set<string> => {
    const { metrics, grouped } = readExpression(expr, known);
    const own = metrics.flatMap((metric) => [...(labels.get(metric) ?? [])]);
    return new Set(grouped.length > 0 ? grouped : [...own, "instance"]);
  };
  for (const { of, expr, legendFormat } of asked)
    for (const [, label = ""] of legendFormat.matchAll(/\{\{(\w+)\}\}/g))
      expect(left(expr).has(label), `${of}: ${label}`).toBe(true);
  for (const { alert, expr, annotations } of rules)
    for (const [, label = ""] of annotations.summary.matchAll(/\$labels\.(\w+)/g))
      expect(left(expr).has(label), `${alert}: ${label}`).toBe(true);
});

test("every metric is on the dashboard and in the README, every alert says how bad it is and what to do", () => {
  const readme = file("README.md");
  for (const { name } of createMetrics(api.system).kinds) {
    expect(
      asked.some(({ expr }) => expr.includes(name)),
      `${name} on the dashboard`,
    ).toBe(true);
    expect(readme, `${name} in the README`).toContain(`\`${name}\``);
  }
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  for (const { alert, labels, annotations } of rules) {
    expect(["page", "ticket"], alert).toContain(labels.severity);
    expect(annotations.summary.length * annotations.remedy.length, alert).toBeGreaterThan(0);
  }
  for (const { title, gridPos } of panels) expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
});

test("labels that rules choose by are values the metrics have", async () => {
  const known = new Set((await labelsOf()).keys());
  const values: Readonly<Record<string, readonly string[]>> = {
    outcome: ["accepted", "duplicate", "quarantined", "stored"],
    severity: ["error", "warning", "info"],
    state: ["failed", "unknown", "running", "complete", "published"],
    kind: ["aggregate", "rate"],
    lane: ["read", "write", "run"],
  };
  for (const { expr } of [...rules, ...asked])
    for (const { label, values: chosen } of readExpression(expr, known).matched)
      if (label in values) for (const value of chosen) expect(values[label]).toContain(value);
});

test("figures tell of windows, publishing, lanes, disk and exports; in = accepted + duplicate + quarantined", async () => {
  const first = event("o1", "VM.CREATE", "2026-10-01T06:00:00Z", { account_id: "a-secret-account" });
  await api.call("POST", "/v1/events", [first, first, { ...first, id: "o2", type: "VM.EXPLODE" }]);
  await api.call("POST", "/v1/runs", { kind: "aggregate" });
  const late = event("o3", "VM.START", "2026-10-01T07:00:00Z", { account_id: "a-secret-account" });
  await api.call("POST", "/v1/events", [late]);
  await api.call("POST", "/v1/runs", { kind: "aggregate" });
  const text = await scrape();
  const outcomes = Object.values(figures(text, "tally_events_total")).reduce((sum, count) => sum + count, 0);
  expect(outcomes).toBe(4);
  expect(figures(text, "tally_events_failed_total")).toEqual({ "": 0 });
  expect(Object.values(figures(text, "tally_log_position"))).toEqual([1]);
  // One day of one account in one zone, published once and once more for what came late.
  expect(figures(text, "tally_windows_published")).toEqual({ "": 1 });
  expect(figures(text, "tally_windows_published_again")).toEqual({ "": 1 });
  expect(figures(text, "tally_last_publish_timestamp_seconds")).toEqual({
    '{kind="aggregate"}': at("2026-10-02T12:00:00Z") / 1000,
  });
  expect(figures(text, "tally_store_up")).toEqual({ "": 1 });
  expect(figures(text, "tally_store_statements_total")['{lane="read"}']).toBeGreaterThan(10);
  expect(figures(text, "tally_store_statement_failures_total")['{lane="write"}']).toBe(0);
  const kinds = ["billing", "focus", "journal", "usage"];
  expect(figures(text, "tally_exports")).toEqual(
    Object.fromEntries(kinds.map((kind) => [`{kind="${kind}",state="failed"}`, 0])),
  );
  expect(figures(text, "tally_disk_free_bytes")[""]).toBeGreaterThan(0);
  expect(figures(text, "tally_store_rows")[""]).toBeGreaterThan(3);
  expect(figures(text, "tally_measure_failed")).toEqual({});
  expect(figures(text, "tally_last_backup_timestamp_seconds"), "none was made").toEqual({ "": 0 });
  expect(text).not.toContain("a-secret-account");
});

test("what cannot be read is absent and named, and the rest is there", async () => {
  const failing = { ...api.system.jobHealth, read: () => Promise.reject(new Error("no jobs today")) };
  const metrics = createMetrics({ ...api.system, jobHealth: failing });
  const { text } = await metrics.read();
  expect(figures(text, "tally_measure_failed")).toEqual({ '{part="jobs"}': 1 });
  expect(figures(text, "tally_job_due_ticks")).toEqual({});
  expect(figures(text, "tally_windows_published")).toEqual({ "": 1 });
});
