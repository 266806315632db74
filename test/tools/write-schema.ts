// Writes sql/schema.sql from a migrated store, and test/core/cluster_schema.sql from the migrations. Tests hold both files to them.
import { writeFileSync } from "node:fs";
import { writtenClusterSchema } from "../sql/cluster-schema-text.ts";
import { openTestStore } from "../test-store.ts";
import { writtenSchema } from "../sql/read-schema.ts";

const { store, close } = await openTestStore();
const text = await writtenSchema(store.read);
await close();
writeFileSync(new URL("../../sql/schema.sql", import.meta.url), text);
process.stdout.write(`sql/schema.sql: ${text.split("\n").length - 1} lines\n`);
writeFileSync(new URL("../core/cluster_schema.sql", import.meta.url), writtenClusterSchema());
