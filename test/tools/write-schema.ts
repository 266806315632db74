// Writes sql/schema.sql from a migrated store. A test holds the file to it.
import { writeFileSync } from "node:fs";
import { openTestStore } from "../test-store.ts";
import { writtenSchema } from "../sql/read-schema.ts";

const { store, close } = await openTestStore();
const text = await writtenSchema(store.read);
await close();
writeFileSync(new URL("../../sql/schema.sql", import.meta.url), text);
process.stdout.write(`sql/schema.sql: ${text.split("\n").length - 1} lines\n`);
