import { createTypesetter, missingScripts } from "../../rating/index.ts";
import type { Client } from "./client.ts";

/** Whether PDF statements can be set here, and names in all scripts be written on them. */
export async function checkFonts(
  client: Client,
): Promise<{ check: string; state: "good" | "look" | "bad"; detail: string }> {
  const { data } = (await client.call({ method: "GET", path: "/v1/settings" })) as {
    data: readonly { name: string; value: string }[];
  };
  const fonts_folder = data.find(({ name }) => name === "documents.fonts.folder")?.value ?? "";
  const typesetter = createTypesetter({ fonts_folder });
  try {
    const missing = await missingScripts(typesetter);
    if (missing.length === 0)
      return { check: "fonts", state: "good", detail: "PDF statements can be set in all scripts" };
    const how = "install fonts-noto-core and fonts-noto-cjk, or set documents.fonts.folder";
    return { check: "fonts", state: "look", detail: `PDF statements show boxes for ${missing.join(", ")}: ${how}` };
  } catch (error) {
    return { check: "fonts", state: "bad", detail: error instanceof Error ? error.message : String(error) };
  } finally {
    await typesetter.close();
  }
}
