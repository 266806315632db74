// Asks the whole API as one caller for so long: `npx tsx test/tools/schemathesis.ts [seconds] [role or nobody] [seed]`. What the suite does in a minute, done at leisure.
import { listenToAnything, openLivingApi } from "../api/living-api.ts";
import { askEverything, installSchemathesis } from "../services/schemathesis.ts";
import { Role } from "../../api/access/roles.ts";

const [seconds = "600", caller = "admin", seed = "1"] = process.argv.slice(2);
installSchemathesis();
const living = await openLivingApi();
const { api } = living;
const asked = await listenToAnything(living);
const role = Role.anyOf.map((one) => one.const).find((one) => one === caller) ?? "admin";
const token = caller === "nobody" ? null : role === "admin" ? api.admin : await api.tokenOf(role);
const { found, operations } = await askEverything(asked, token, {
  phases: ["examples", "coverage", "fuzzing"],
  examples: 20,
  seed: Number(seed),
  seconds: Number(seconds),
});
process.stdout.write(found === "" ? `nothing found in ${operations.length} operations\n` : found);
await api.close();
process.exitCode = found === "" ? 0 : 1;
