import { createTypesetter, missingScripts } from "../../rating/index.ts";
import type { Client } from "../client/client.ts";
import type { Found } from "./remedies.ts";

/** Whether PDF statements can be set here, and names in all scripts be written on them. */
export async function checkFonts(client: Client): Promise<Found> {
  const { data } = (await client.call({ method: "GET", path: "/v1/settings" })) as {
    data: readonly { name: string; value: string }[];
  };
  const fonts_folder = data.find(({ name }) => name === "documents.fonts.folder")?.value ?? "";
  const typesetter = createTypesetter({ fonts_folder });
  try {
    const missing = await missingScripts(typesetter);
    if (missing.length === 0)
      return { check: "fonts", state: "ok", detail: "PDF statements can be set in all scripts" };
    const how = "install fonts-noto-core and fonts-noto-cjk, or set documents.fonts.folder";
    return { check: "fonts", state: "warning", detail: `PDF statements show boxes for ${missing.join(", ")}: ${how}` };
  } catch (error) {
    return { check: "fonts", state: "wrong", detail: error instanceof Error ? error.message : String(error) };
  } finally {
    await typesetter.close();
  }
}
