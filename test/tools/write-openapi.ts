// Writes api/openapi.json from the routes themselves. A test holds the file to them.
import { writeFileSync } from "node:fs";
import { openTestApi } from "../api/test-api.ts";

const api = await openTestApi();
const text = `${JSON.stringify(api.app.swagger(), null, 2)}\n`;
writeFileSync(new URL("../../api/openapi.json", import.meta.url), text);
await api.close();
process.stdout.write(`api/openapi.json: ${Math.round(text.length / 1024)} kB\n`);
