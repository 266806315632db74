import { Refusal } from "./refusal.ts";

/** The plain fields of a multipart/form-data body; the parts our client sends have no file names. @throws Refusal */
export function readMultipart(body: Buffer, boundary: string): Map<string, string> {
  const fields = new Map<string, string>();
  const delimiter = Buffer.from(`--${boundary}`);
  for (let from = body.indexOf(delimiter); from >= 0;) {
    const start = from + delimiter.length;
    const next = body.indexOf(delimiter, start);
    if (next < 0) break;
    const head_end = body.indexOf("\r\n\r\n", start);
    const head = body.subarray(start, head_end).toString("utf8");
    const name = /name="([^"]*)"/.exec(head)?.[1];
    if (name === undefined || head_end < 0)
      throw new Refusal(1000, "POCO_EXCEPTION", "HTML Form Exception: a part has no name");
    // The line end before the next delimiter belongs to it.
    fields.set(name, body.subarray(head_end + 4, next - 2).toString("utf8"));
    from = next;
  }
  return fields;
}
