// House rules that no linter knows, held as tests. Each rule carries a piece that it must reject: a check that checks nothing is worse than none.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";

const root = new URL("..", import.meta.url).pathname;
const stages = ["core", "ingest", "aggregate", "rating", "api"];
const folders = [...stages, "sql", "test"];
const madeHere = new Set(["node_modules", "data", "out", "coverage", ".env"]);
const rootFiles = new Set(
  (
    ".dockerignore .git .gitignore .ci .oxfmtrc.json .oxlintrc.json ARCHITECTURE.md CHANGELOG.md CONTRIBUTING.md Dockerfile LICENSE README.md " +
    "docker-compose.yml knip.json package-lock.json package.json tallyhouse.service tallyhouse@.service tsconfig.json vitest.config.ts"
  ).split(" "),
);

interface Source {
  readonly path: string;
  readonly text: string;
}
interface Rule {
  readonly name: string;
  readonly applies: RegExp;
  /** What is wrong with the file, or nothing. */
  readonly fault: (source: Source) => string | undefined;
  readonly mustReject: readonly Source[];
}

const inStages = /^(core|ingest|aggregate|rating|api)\/.*\.ts$/;
// spelled apart, so that this file does not trip over itself
const leftover = ["TO", "DO"].join("");

const rules: readonly Rule[] = [
  onlyIn("the environment is read in core/config.ts alone", /\bprocess\.env\b/, ["core/config.ts"], "process.env.TZ"),
  onlyIn(
    "time comes from the clock port",
    /\bnew Date\b|\bDate\.now\b|\bperformance\.now\b/,
    ["core/clock.ts", "core/instant.ts", "core/calendar.ts"],
    "new Date()",
    "Date.now()",
    "performance.now()",
  ),
  onlyIn(
    "decimal.js is wrapped in core/decimal.ts",
    /"decimal\.js"/,
    ["core/decimal.ts"],
    'import { Decimal } from "decimal.js";',
  ),
  onlyIn("luxon is wrapped in core/calendar.ts", /"luxon"/, ["core/calendar.ts"], 'import { DateTime } from "luxon";'),
  onlyIn("nothing writes to the console", /\bconsole\.\w/, [], "console.log(1)"),
  {
    name: "a file ends before line 400",
    applies: /\.(ts|mjs|sql)$/,
    fault: ({ path, text }) =>
      !["sql/schema.sql", "test/core/cluster_schema.sql"].includes(path) && lines(text) > 400
        ? `${lines(text)} lines`
        : undefined,
    mustReject: [{ path: "core/long.ts", text: "x\n".repeat(401) }],
  },
  {
    name: "a file is named after a noun or a verb, in the case of its kind",
    applies: /\.(ts|mjs|sql)$/,
    fault: ({ path }) => {
      const name = basename(path);
      if (/^(utils?|helpers?|common|types?|misc|shared|manager|service)\./.test(name))
        return "says nothing about what it holds";
      const wanted = path.endsWith(".sql") ? /^[a-z0-9_]+\.sql$/ : /^[a-z0-9-]+(\.test|\.config|\.case)?\.(ts|mjs)$/;
      return wanted.test(name) ? undefined : `is not ${wanted.source}`;
    },
    mustReject: ["core/utils.ts", "core/eventLog.ts", "sql/api/usage-page.sql"].map((path) => ({ path, text: "" })),
  },
  {
    name: "a statement says what it returns, what it takes and why it is so",
    applies: /^sql\/(core|ingest|aggregate|rating|api)\/.*\.sql$/,
    fault: ({ text }) => missing(text, [/^-- \S/, /^-- Params {2}\S/m, /^-- Rows {4}\S/m, /^-- Why {5}\S/m]),
    mustReject: ["SELECT 1", "-- One.\n-- Params  none\n-- Rows    x UInt8\nSELECT 1 AS x"].map((text) => ({
      path: "sql/api/one.sql",
      text,
    })),
  },
  {
    name: "a migration or view says in its first line what it is for",
    applies: /^sql\/(migrations|views)\/.*\.sql$/,
    fault: ({ text }) => missing(text, [/^-- \S/]),
    mustReject: [{ path: "sql/migrations/0001_event.sql", text: "CREATE TABLE event" }],
  },
  {
    name: "text has no tabs, no blanks at line ends and one newline at its end",
    applies: /\.(sql|md|yaml|yml)$/,
    fault: ({ text }) => (/\t|[ \r]$/m.test(text) || !/[^\n]\n$/.test(text) ? "stray blanks" : undefined),
    mustReject: ["SELECT\t1\n", "SELECT 1 \n", "SELECT 1", "SELECT 1\n\n"].map((text) => ({
      path: "sql/api/one.sql",
      text,
    })),
  },
  {
    name: "what is left to do has an issue",
    applies: /\.(ts|mjs|sql)$/,
    fault: ({ text }) => (new RegExp(`\\b${leftover}\\b(?!\\(#\\d+\\))`).test(text) ? "no issue named" : undefined),
    mustReject: [{ path: "core/late.ts", text: `// ${leftover}: later` }],
  },
  {
    name: "a file weighs less than 200 kB",
    // The description of the API and its examples are generated, and grow with it.
    applies: /^(?!api\/(openapi|examples\/golden)\.json$)./,
    fault: ({ text }) => (text.length > 200_000 ? `${text.length} characters` : undefined),
    mustReject: [{ path: "test/cases/all.yaml", text: "x".repeat(200_001) }],
  },
];

const sources: readonly Source[] = folders
  .flatMap(filesBelow)
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

test.each(rules)("$name", ({ applies, fault, mustReject }) => {
  for (const bad of mustReject) {
    expect(applies.test(bad.path), `applies to ${bad.path}`).toBe(true);
    expect(fault(bad), `rejects ${bad.path}`).toBeDefined();
  }
  const faults = sources.filter(({ path }) => applies.test(path)).map((source) => [source.path, fault(source)]);
  expect(faults.filter(([, found]) => found !== undefined)).toEqual([]);
});

test("each statement is named exactly once in the sources", () => {
  const statements = sources
    .map(({ path }) => path)
    .filter((path) => /^sql\/(core|ingest|aggregate|rating|api)\//.test(path));
  const code = sources.filter(({ path }) => inStages.test(path));
  const notOnce = (names: readonly string[], texts: readonly Source[]): string[] =>
    names.filter((name) => texts.reduce((n, { text }) => n + text.split(`"${name}"`).length - 1, 0) !== 1);
  const example = [
    { path: "api/a.ts", text: `defineQuery("api/twice"); defineQuery("api/twice"); defineQuery("api/once")` },
  ];
  expect(notOnce(["api/twice", "api/once", "api/orphan"], example)).toEqual(["api/twice", "api/orphan"]);
  expect(
    notOnce(
      statements.map((path) => path.replace(/^sql\/|\.sql$/g, "")),
      code,
    ),
  ).toEqual([]);
});

test("the root holds known files and folders only", () => {
  const strangers = (names: readonly string[]): string[] =>
    names.filter(
      (name) => !rootFiles.has(name) && !folders.includes(name) && !madeHere.has(name) && !name.endsWith(".log"),
    );
  expect(strangers(["src", "notes.txt", "core"])).toEqual(["src", "notes.txt"]);
  expect(strangers(readdirSync(root))).toEqual([]);
});

test("the changelog has a heading for what is not released yet", () => {
  const heading = /^## \[?Unreleased\]?$/m;
  expect("# Changelog\n\n## 1.0.0\n").not.toMatch(heading);
  expect(readFileSync(join(root, "CHANGELOG.md"), "utf8")).toMatch(heading);
});

// `pattern` may stand in the files `homes` alone; test/ is free: it moves clocks and names services on purpose
function onlyIn(name: string, pattern: RegExp, homes: readonly string[], ...bad: readonly string[]): Rule {
  return {
    name,
    applies: inStages,
    fault: ({ path, text }) =>
      !homes.includes(path) && pattern.test(codeOf(text)) ? `holds ${pattern.source}` : undefined,
    mustReject: bad.map((text) => ({ path: "rating/page.ts", text })),
  };
}

// comments may name what code may not use
function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "$1");
}

function missing(text: string, wanted: readonly RegExp[]): string | undefined {
  const absent = wanted.filter((pattern) => !pattern.test(text));
  return absent.length === 0 ? undefined : `header lacks ${absent.map(({ source }) => source).join(", ")}`;
}

function lines(text: string): number {
  return text.split("\n").length - 1;
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((path) => join(folder, path))
    .filter((path) => statSync(join(root, path)).isFile());
}
