import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** A file of the page as it is sent, under a name that changes with its content. */
export interface Asset {
  readonly name: string;
  readonly media_type: string;
  readonly content: Buffer;
}

/** The page's own script and style sheet. */
export interface Bundle {
  readonly script: Asset;
  readonly style: Asset;
}

const mediaTypes = { js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8" } as const;
let made: Promise<Bundle> | null = null;

/** What a browser runs, made of web/ once in a process and kept in memory: there is no step to build and no folder of built files. */
export function bundleDashboard(): Promise<Bundle> {
  return (made ??= makeBundle());
}

async function makeBundle(): Promise<Bundle> {
  const web = new URL("web/", import.meta.url);
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("main.tsx", web))],
    // How JSX is read is said there alone, so that the compiler that checks it reads it the same way.
    tsconfig: fileURLToPath(new URL("tsconfig.json", web)),
    bundle: true,
    minify: true,
    write: false,
    outdir: "out",
    format: "esm",
    target: "es2022",
    legalComments: "none",
    logLevel: "silent",
  });
  const asset = (extension: keyof typeof mediaTypes): Asset => {
    const content = Buffer.from(outputFiles.find(({ path }) => path.endsWith(`.${extension}`))?.contents ?? []);
    const hash = createHash("sha256").update(content).digest("base64url").slice(0, 16);
    return { name: `dashboard-${hash}.${extension}`, media_type: mediaTypes[extension], content };
  };
  return { script: asset("js"), style: asset("css") };
}
