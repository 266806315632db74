// An API with something of everything in it: usage, bills, final statements, money, exports, refused events, findings.
import type { Asked } from "../services/schemathesis.ts";
import { liveExamples } from "./golden-examples.ts";
import { openTestApi, type TestApi } from "./test-api.ts";

/** Values of path parameters that are there, by operation. */
type Known = Record<string, Record<string, string>>;

interface Living {
  readonly api: TestApi;
  readonly known: Known;
}

/** What the golden cases of the description leave behind, in November: October is closed, rated and billed. */
export async function openLivingApi(): Promise<Living> {
  const api = await openTestApi();
  const { known } = await liveExamples(api);
  const idOf = async (url: string, body: object, name: string): Promise<{ id: string }> => ({
    id: (await api.call("POST", url, body)).json<Record<string, string>>()[name] ?? "",
  });
  return {
    api,
    known: {
      ...known,
      getSetting: { name: "billing.currency" },
      putSetting: { name: "usage.close.grace" },
      getRunDiff: known["getRun"] ?? {},
      getExportFile: known["getExport"] ?? {},
      rotateWebhookSecret: await idOf("/v1/webhooks", { url: "https://example.org/hook" }, "webhook_id"),
      revokeKey: await idOf("/v1/keys", { name: "to look at", role: "auditor" }, "key_id"),
    },
  };
}

/** Puts it on a port of its own, and holds up nobody who asks much. */
export async function listenToAnything({ api, known }: Living): Promise<Asked> {
  for (const name of ["api.requests.caller", "api.requests.address"]) await api.system.settings.set(name, "0", "test");
  const url = await api.app.listen({ port: 0, host: "127.0.0.1" });
  return { url, document: api.app.swagger(), known };
}
