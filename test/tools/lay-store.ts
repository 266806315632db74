// Lays a store with the whole schema in the folder named on the command line, for test/laid-store.ts.
import { migrate } from "../../core/migrate.ts";
import { openStore } from "../../core/store.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("which folder?");
const store = openStore({ url: null, data_dir: folder });
await migrate(store.write);
await store.close();
