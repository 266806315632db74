import { Worker } from "node:worker_threads";
import { AppError, assert } from "../../core/errors.ts";
import { createInTurn } from "../../core/in-turn.ts";
import { parseInstant } from "../../core/instant.ts";
import type { Layout } from "./lay-out.ts";

/** A PDF, and what standard it keeps: `a-3a` = archivable and accessible; `1.7` where a character has no font or a logo no form. */
export interface Typeset {
  readonly pdf: Uint8Array;
  readonly standard: "a-3a" | "1.7";
}

/** Sets documents on paper, one after the other. */
export interface Typesetter {
  /** The same layout is the same bytes, with the same fonts. `ubl`: an e-invoice to attach. @throws AppError internal */
  typeset(layout: Layout, ubl?: string): Promise<Typeset>;
  /** Whether there is a font for every character of a text. */
  canWrite(text: string): Promise<boolean>;
  close(): Promise<void>;
}

interface Answer {
  readonly id: number;
  readonly pdf?: Uint8Array;
  readonly standard?: Typeset["standard"];
  readonly fault?: string;
}

/** In this order a character is looked for; the first two have Latin, Greek and Cyrillic, the last is in the compiler itself. */
const fonts = [
  "Noto Sans",
  "DejaVu Sans",
  "Noto Sans Arabic",
  "Noto Naskh Arabic",
  "Noto Sans Hebrew",
  "Noto Sans Devanagari",
  "Noto Sans Thai",
  "Libertinus Serif",
];
/** Signs that languages share and write each in their way: the reader's own come first. */
const cjk: Readonly<Record<string, readonly string[]>> = {
  ja: ["Noto Sans CJK JP", "Noto Sans CJK SC"],
  zh: ["Noto Sans CJK SC", "Noto Sans CJK TC"],
};
const tries = [
  { standard: "a-3a", logo: true },
  { standard: "1.7", logo: true },
  { standard: "1.7", logo: false },
] as const;
const logoKinds: Readonly<Record<string, string>> = { "image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg" };

/**
 * A typesetter that begins its thread when the first document is asked for; `fonts_folder` "" = the fonts of this machine.
 * The thread does not keep the process alive.
 */
export function createTypesetter({ fonts_folder }: { fonts_folder: string }): Typesetter {
  const inTurn = createInTurn();
  let worker: Worker | null = null;
  let last = 0;

  const begin = (): Worker => {
    const made = new Worker(new URL("typeset-worker.mjs", import.meta.url), {
      workerData: { fonts_folder },
      execArgv: [],
    });
    made.unref();
    return made;
  };
  /** One answer to one job; a thread that has died is begun anew with the next. */
  const ask = (job: { readonly id: number; readonly [name: string]: unknown }): Promise<Answer> => {
    const asked = (worker ??= begin());
    return new Promise<Answer>((resolve, reject) => {
      const fail = (error: unknown): void => {
        worker = null;
        leave();
        reject(new AppError("internal", "the document could not be set", { cause: error }));
      };
      const ended = (): void => fail(new Error("its thread ended"));
      const take = (answer: Answer): void => {
        leave();
        resolve(answer);
      };
      const leave = (): void => {
        asked.unref();
        asked.off("message", take).off("error", fail).off("exit", ended);
      };
      // Held alive while somebody waits, or a command would end before its document is there.
      asked.ref();
      asked.on("message", take).on("error", fail).on("exit", ended);
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      asked.postMessage(job);
    });
  };

  const setInTurn = (layout: Layout, ubl?: string): Promise<Typeset> =>
    inTurn(async () => {
      last += 1;
      const created = parseInstant(`${layout.date}T00:00:00Z`);
      assert(created !== null, `a document bears a date, not ${layout.date}`);
      const { pdf, standard, fault } = await ask({
        id: last,
        layout,
        logo: readLogo(layout.logo),
        fonts: fontsOf(layout.language),
        attached: ubl === undefined ? {} : { attachment: ubl },
        created_s: created / 1000,
        tries,
      });
      if (pdf !== undefined && standard !== undefined) return { pdf, standard };
      throw new AppError("internal", `the document could not be set: ${fault ?? ""}`);
    });

  return {
    typeset: setInTurn,
    canWrite: async (text) => (await setInTurn({ ...blank, title: text })).standard === "a-3a",
    close: async () => {
      await worker?.terminate();
      worker = null;
    },
  };
}

/** A page with nothing on it. */
const blank: Layout = {
  language: "en",
  direction: "ltr",
  title: "",
  mark: "",
  currency: "EUR",
  logo: "",
  facts: [],
  from: null,
  to: { heading: "-", lines: [] },
  heads: { item: "", quantity: "", price: "", amount: "" },
  sections: [],
  empty: "",
  totals: [],
  bank: null,
  notes: null,
  page: "",
  footer: "",
  date: "2026-01-01",
};

/** The scripts of which this machine has no font, so that their characters come out as boxes. */
export async function missingScripts(typesetter: Typesetter): Promise<string[]> {
  const samples = { Chinese: "账单", Japanese: "明細", Korean: "명세서", Arabic: "كشف" };
  const missing: string[] = [];
  for (const [script, text] of Object.entries(samples)) if (!(await typesetter.canWrite(text))) missing.push(script);
  return missing;
}

function fontsOf(language: string): string[] {
  const signs = cjk[language] ?? ["Noto Sans CJK SC", "Noto Sans CJK JP"];
  return [...fonts.slice(0, -1), ...signs, "Noto Sans CJK KR", ...fonts.slice(-1)];
}

/** An image from a data URI; null where it is none that paper takes. */
function readLogo(uri: string): { name: string; content: Uint8Array } | null {
  const [, kind = "", encoded = ""] = /^data:([\w+/-]+);base64,([A-Za-z0-9+/=\s]+)$/.exec(uri) ?? [];
  const ending = logoKinds[kind];
  return ending === undefined ? null : { name: `logo.${ending}`, content: Buffer.from(encoded, "base64") };
}
