// Schemathesis over the whole OpenAPI document, against a real server with something of everything in it, as each role and as nobody.
import { afterAll, beforeAll, expect, test } from "vitest";
import { Role } from "../../api/access/roles.ts";
import {
  type Asked,
  askEverything,
  installSchemathesis,
  schemathesisNote,
  skipSchemathesis,
} from "../services/schemathesis.ts";
import type { Document } from "./check-answer.ts";
import { listenToAnything, openLivingApi } from "./living-api.ts";
import type { TestApi } from "./test-api.ts";

let api: TestApi;
let asked: Asked;
beforeAll(async () => {
  if (skipSchemathesis) return;
  installSchemathesis();
  const living = await openLivingApi();
  ({ api } = living);
  asked = await listenToAnything(living);
}, 300_000);
afterAll(() => (skipSchemathesis ? undefined : api.close()));

const callers = ["nobody", ...Role.anyOf.map((one) => one.const)] as const;

test.skipIf(skipSchemathesis).each(callers)(
  `asked anything by %s, no operation fails, and each answers what it says it does${schemathesisNote}`,
  async (caller) => {
    const token = caller === "nobody" ? null : caller === "admin" ? api.admin : await api.tokenOf(caller);
    // What the description shows is asked by who may do all of it.
    const phases = caller === "admin" ? ["examples", "fuzzing"] : ["fuzzing"];
    const { operations, found } = await askEverything(asked, token, { phases, examples: 1, seed: 1 });
    expect(found).toBe("");
    const { paths } = api.app.swagger() as unknown as Document;
    const all = Object.entries(paths).flatMap(([path, of]) =>
      Object.keys(of).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(operations).toEqual(all.toSorted());
  },
  180_000,
);

test.skipIf(skipSchemathesis)(
  `rules of the document broken on purpose, by admin, are refused as documented${schemathesisNote}`,
  async () => {
    // As many of the ten thousand as this time allows; test/tools/schemathesis.ts takes all of them a few minutes.
    const { found } = await askEverything(asked, api.admin, {
      phases: ["coverage"],
      examples: 1,
      seed: 1,
      seconds: 25,
    });
    expect(found).toBe("");
  },
  180_000,
);
