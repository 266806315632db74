import { renderForCluster } from "../../core/cluster-schema.ts";
import { ledger, readMigrations, readViews } from "../../core/migrate.ts";

/** Every statement that makes the schema, as it goes to the cluster `tally`, in its order. */
export function clusterStatements(): string[] {
  const migrations = readMigrations().flatMap(({ statements }) => statements);
  return [ledger, ...migrations, ...readViews()].flatMap((statement) => renderForCluster(statement, "tally"));
}

/** What test/core/cluster_schema.sql holds. */
export function writtenClusterSchema(): string {
  const parts = [ledger, ...readMigrations()].map((given) => {
    const [title, statements] =
      typeof given === "string"
        ? ["the ledger of migrations", [given]]
        : [`migration ${given.version} ${given.name}`, given.statements];
    return chapter(title, statements);
  });
  return [
    "-- Migrations and views as they go to the cluster `tally`, written by `npm run schema`; a test holds it to them. Not to be edited.",
    ...parts,
    chapter("views", readViews()),
    "",
  ].join("\n");
}

function chapter(title: string, statements: readonly string[]): string {
  const rendered = statements.flatMap((statement) => renderForCluster(statement, "tally"));
  return `\n-- ${title}\n\n${rendered.map((statement) => `${statement};`).join("\n\n")}`;
}
