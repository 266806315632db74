// Schemathesis over the whole OpenAPI document, against a real server with something of everything in it, as each role.
import { afterAll, beforeAll, expect, test } from "vitest";
import { Role } from "../../api/access/roles.ts";
import { askEverything, installSchemathesis, schemathesisNote, skipSchemathesis } from "../services/schemathesis.ts";
import { type Known, openLivingApi } from "./living-api.ts";
import type { TestApi } from "./test-api.ts";

let api: TestApi;
let known: Known;
let url: string;
beforeAll(async () => {
  if (skipSchemathesis) return;
  installSchemathesis();
  ({ api, known } = await openLivingApi());
  for (const name of ["api.requests.caller", "api.requests.address"]) await api.system.settings.set(name, "0", "test");
  url = await api.app.listen({ port: 0, host: "127.0.0.1" });
}, 300_000);
afterAll(() => (skipSchemathesis ? undefined : api.close()));

const roles = Role.anyOf.map((one) => one.const);

test.skipIf(skipSchemathesis).each(roles)(
  `asked anything by %s, the server never fails, and answers what it says it does${schemathesisNote}`,
  async (role) => {
    const token = role === "admin" ? api.admin : await api.tokenOf(role);
    // So long and no longer, whatever else the machine does; the whole document takes test/tools/schemathesis.ts a few minutes.
    const [seconds, examples] = role === "admin" ? [40, 2] : [15, 1];
    const asked = { token, known, seconds, examples, phases: ["fuzzing"], seed: 1 };
    const { operations, found } = await askEverything(url, asked);
    expect(found).toBe("");
    expect(operations).toBeGreaterThan(0);
  },
  180_000,
);

test.skipIf(skipSchemathesis)(
  `each rule of the document broken on purpose, by admin, is refused as documented${schemathesisNote}`,
  async () => {
    const asked = { token: api.admin, known, seconds: 30, examples: 1, phases: ["coverage"], seed: 1 };
    const { found } = await askEverything(url, asked);
    expect(found).toBe("");
  },
  180_000,
);
