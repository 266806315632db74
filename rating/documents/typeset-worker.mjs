// Sets documents in a thread of its own: the compiler works in one go, and a long statement would hold up every request meanwhile.
import { fileURLToPath } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import { NodeCompiler } from "@myriaddreamin/typst-ts-node-compiler";

/**
 * @typedef {{ readonly standard: "a-3a" | "1.7", readonly logo: boolean }} Try
 * @typedef {{
 *   readonly id: number,
 *   readonly layout: object,
 *   readonly logo: { readonly name: string, readonly content: Uint8Array } | null,
 *   readonly fonts: readonly string[],
 *   readonly attached: Readonly<Record<string, string>>,
 *   readonly created_s: number,
 *   readonly tries: readonly Try[],
 * }} Job
 */

const here = fileURLToPath(new URL(".", import.meta.url));
const template = fileURLToPath(new URL("statement.typ", import.meta.url));
/** @type {string} */
const folder = /** @type {{ fonts_folder: string }} */ (workerData).fonts_folder;
const compiler = NodeCompiler.create({
  workspace: here,
  ...(folder === "" ? {} : { fontArgs: [{ fontPaths: [folder] }] }),
});

/**
 * By the first standard that takes it; what was tried last says why nothing came of it.
 * @param {Job} job
 * @returns {{ pdf?: Uint8Array, standard?: string, fault?: string }}
 */
function setInFirst(job) {
  let fault = "";
  for (const { standard, logo } of job.tries) {
    const image = logo ? job.logo : null;
    try {
      if (image !== null) compiler.mapShadow(`${here}${image.name}`, Buffer.from(image.content));
      const layout = JSON.stringify({ ...job.layout, logo: image === null ? "" : image.name });
      const inputs = { layout, fonts: JSON.stringify(job.fonts), ...job.attached };
      const done = compiler.compile({ mainFilePath: template, inputs });
      if (done.result !== null) {
        const pdf = compiler.pdf(done.result, {
          pdfStandard: standard,
          pdfTags: true,
          creationTimestamp: job.created_s,
        });
        return { pdf, standard };
      }
      fault = JSON.stringify(done.takeError()?.shortDiagnostics ?? "unknown");
    } catch (error) {
      fault = error instanceof Error ? error.message : JSON.stringify(error);
    }
  }
  return { fault };
}

parentPort?.on("message", (/** @type {Job} */ job) => {
  const answer = { id: job.id, ...setInFirst(job) };
  // What was learnt of former documents is let go once ten others were set: memory stays where it is.
  compiler.evictCache(10);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(answer);
});
