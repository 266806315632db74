// Writes the examples that golden cases give, api/openapi.json from the routes themselves, and the types of the client from it. Tests hold the files to them.
import { writeFileSync } from "node:fs";
import { buildApp } from "../../api/app.ts";
import { goldenFile } from "../../api/examples/golden.ts";
import { silentLog } from "../../core/log.ts";
import { liveExamples, printExamples } from "../api/golden-examples.ts";
import { openTestApi } from "../api/test-api.ts";
import { clientTypes, type Description } from "./client-types.ts";

const api = await openTestApi();
const { examples } = await liveExamples(api);
writeFileSync(goldenFile, printExamples(examples));
// Another application: one describes itself once.
const app = await buildApp(api.system, { log: silentLog });
await app.ready();
const text = `${JSON.stringify(app.swagger(), null, 2)}\n`;
writeFileSync(new URL("../../api/openapi.json", import.meta.url), text);
for (const [name, made] of Object.entries(clientTypes(JSON.parse(text) as Description)))
  writeFileSync(new URL(`../../api/client/${name}.ts`, import.meta.url), made);
await app.close();
await api.close();
process.stdout.write(`api/openapi.json: ${Math.round(text.length / 1024)} kB\n`);
