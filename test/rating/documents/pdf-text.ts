import { inflateSync } from "node:zlib";

/** What a reader finds in a PDF, a text a page: what is drawn, by the table every font carries of what its glyphs mean. */
export function pdfPages(pdf: Uint8Array): string[] {
  const objects = new Map<string, string>();
  const raw = Buffer.from(pdf).toString("latin1");
  for (const [, id = "", body = ""] of raw.matchAll(/(?:^|\n)(\d+) 0 obj\s([\s\S]*?)\nendobj/g)) objects.set(id, body);
  const pages = [...objects.values()].filter((body) => /\/Type \/Page\s/.test(body));
  return pages.map((page) => {
    const fonts = new Map(
      [...page.matchAll(/\/(f\d+) (\d+) 0 R/g)].map(([, name = "", id = ""]) => [name, glyphsOf(objects, id)]),
    );
    return drawnText(streamOf(objects, /\/Contents (\d+) 0 R/.exec(page)?.[1] ?? ""), fonts);
  });
}

/** The files attached to a PDF that are not compressed otherwise than by deflate, by what is in them. */
export function attachedFiles(pdf: Uint8Array): string[] {
  const raw = Buffer.from(pdf).toString("latin1");
  const objects = new Map(
    [...raw.matchAll(/(?:^|\n)(\d+) 0 obj\s([\s\S]*?)\nendobj/g)].map(([, id = "", body = ""]) => [id, body]),
  );
  const embedded = [...objects].filter(([, body]) => body.includes("/Type /EmbeddedFile"));
  return embedded.map(([id]) => Buffer.from(streamOf(objects, id), "latin1").toString("utf8"));
}

function streamOf(objects: ReadonlyMap<string, string>, id: string): string {
  const body = objects.get(id) ?? "";
  const data = /stream\r?\n([\s\S]*?)\r?\nendstream/.exec(body)?.[1] ?? "";
  if (!body.slice(0, body.indexOf("stream")).includes("/FlateDecode")) return data;
  return inflateSync(Buffer.from(data, "latin1")).toString("latin1");
}

/** What each glyph of a font says. */
function glyphsOf(objects: ReadonlyMap<string, string>, font: string): Map<number, string> {
  const id = /\/ToUnicode (\d+) 0 R/.exec(objects.get(font) ?? "")?.[1] ?? "";
  const map = streamOf(objects, id);
  const glyphs = new Map<number, string>();
  for (const [, code = "", text = ""] of map.matchAll(/<([\dA-F]{4})> <([\dA-F]+)>/gi)) {
    const units = text.match(/.{4}/g) ?? [];
    glyphs.set(Number.parseInt(code, 16), String.fromCharCode(...units.map((unit) => Number.parseInt(unit, 16))));
  }
  return glyphs;
}

function drawnText(content: string, fonts: ReadonlyMap<string, ReadonlyMap<number, string>>): string {
  let glyphs: ReadonlyMap<number, string> = new Map();
  let text = "";
  let reversed = false;
  const token = /\/(f\d+) [\d.]+ Tf|(\/ReversedChars)|(ET)\b|\(((?:\\[\s\S]|[^\\()])*)\)/g;
  for (const [, font, turned, end, string] of content.matchAll(token)) {
    if (font !== undefined) glyphs = fonts.get(font) ?? new Map<number, string>();
    else if (turned !== undefined) reversed = true;
    else if (end !== undefined) {
      text += " ";
      reversed = false;
    } else if (string !== undefined) {
      const bytes = Buffer.from(unescape(string), "latin1");
      const codes = Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readUInt16BE(index * 2));
      const said = codes.map((code) => glyphs.get(code) ?? "\ufffd");
      text += (reversed ? said.toReversed() : said).join("");
    }
  }
  return text;
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };

function unescape(text: string): string {
  return text.replace(/\\([0-7]{1,3}|[\s\S])/g, (_, found: string) =>
    /^[0-7]/.test(found) ? String.fromCharCode(Number.parseInt(found, 8)) : (escapes[found] ?? found),
  );
}
