import { callers } from "./tenants.ts";

/** api/ACCESS.md, of the rows of both tables. */
export function accessPage({ routes, commands }: { routes: readonly string[]; commands: readonly string[] }): string {
  const columns = callers.join(" | ");
  const rule = callers.map(() => "---|").join("");
  const lines = [
    "# Who may ask for what",
    "",
    "Measured, not written: every route and every command asked by every caller of a running server with the data of two customers",
    "(`test/api/access/matrix.test.ts`, which also writes this page: `npx vitest run test/api/access/matrix.test.ts -u`). The rules are one",
    "table, `api/access/rules.ts`; what has no line there is closed. **yes**: may use it. **own**: may, and the answer has their own accounts' records alone:",
    "lists are filtered, ids of others are answered 404 like ids of nobody. **no**: 403, of who is not known 401.",
    "",
    "## Routes",
    "",
    `| | route | ${columns} |`,
    `|---|---|${rule}`,
    ...routes,
    "",
    "## Commands",
    "",
    "Of `tally` with `TALLY_URL` and `TALLY_TOKEN`. What is refused ends with status 1 and prints nothing but why; the last column is the status for",
    "who may, 1 where the command was given what is not there. **here**: works on the data directory itself, and is refused where a server is named;",
    "who can read that directory owns it. Without `TALLY_URL` every command asks as `local`, with the rights of an admin.",
    "",
    `| command | ${columns} | status |`,
    `|---|${rule}---|`,
    ...commands,
  ];
  return `${lines.join("\n")}\n`;
}
