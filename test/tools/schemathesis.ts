// Asks the whole API as one role for so long: `npx tsx test/tools/schemathesis.ts [seconds] [role] [seed]`. What the suite does in a minute, done at leisure.
import { openLivingApi } from "../api/living-api.ts";
import { askEverything, installSchemathesis } from "../services/schemathesis.ts";
import { Role } from "../../api/access/roles.ts";

const [seconds = "600", role = "admin", seed = "1"] = process.argv.slice(2);
installSchemathesis();
const { api, known } = await openLivingApi();
await api.system.settings.set("api.requests.caller", "0", "schemathesis");
await api.system.settings.set("api.requests.address", "0", "schemathesis");
const url = await api.app.listen({ port: 0, host: "127.0.0.1" });
const wanted = Role.anyOf.map((one) => one.const).find((one) => one === role) ?? "admin";
const { found, operations } = await askEverything(url, {
  token: wanted === "admin" ? api.admin : await api.tokenOf(wanted),
  known,
  seconds: Number(seconds),
  examples: 20,
  phases: ["examples", "coverage", "fuzzing"],
  seed: Number(seed),
});
process.stdout.write(found === "" ? `nothing found in ${operations} operations\n` : found);
await api.close();
process.exitCode = found === "" ? 0 : 1;
