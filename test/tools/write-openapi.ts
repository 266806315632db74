// Writes api/openapi.json from the routes themselves, and the types of the client from it. Tests hold the files to them.
import { writeFileSync } from "node:fs";
import { openTestApi } from "../api/test-api.ts";
import { clientTypes, type Description } from "./client-types.ts";

const api = await openTestApi();
const text = `${JSON.stringify(api.app.swagger(), null, 2)}\n`;
writeFileSync(new URL("../../api/openapi.json", import.meta.url), text);
for (const [name, made] of Object.entries(clientTypes(JSON.parse(text) as Description)))
  writeFileSync(new URL(`../../api/client/${name}.ts`, import.meta.url), made);
await api.close();
process.stdout.write(`api/openapi.json: ${Math.round(text.length / 1024)} kB\n`);
