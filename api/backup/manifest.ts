import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import { AppError } from "../../core/errors.ts";

/** The file that is written last: without it a folder is no backup. */
export const MANIFEST = "manifest.json";
/** The folder of a backup with the files, each by its path in the data directory. */
export const FILES = "files";

const Said = {
  format: Type.Literal(1),
  id: Type.String(),
  made_at: Type.String({ description: "When the state was frozen" }),
  engine: Type.String({ description: "Version of the engine" }),
  schema_version: Type.Integer({ description: "The last migration that was applied" }),
  bound: Type.Record(Type.String(), Type.String(), { description: "Positions of the event log it holds at least" }),
  files: Type.Array(Type.Object({ path: Type.String(), bytes: Type.Integer({ minimum: 0 }), sha256: Type.String() })),
  links: Type.Array(Type.Object({ path: Type.String(), target: Type.String() })),
};

/** What a backup holds. `sha256` is that of all the rest. */
export const Manifest = Type.Object({ ...Said, sha256: Type.String() }, { additionalProperties: false });
export type Manifest = Static<typeof Manifest>;

const check = Compile(Manifest);

/** The text of a manifest with its own checksum. */
export function writeManifest(said: Omit<Manifest, "sha256">): string {
  return `${JSON.stringify({ ...said, sha256: digest(said) })}\n`;
}

/** The manifest of a backup. @throws AppError not-found, backup-damaged where there is none, or it is not what was written */
export function readManifest(dir: string): Manifest {
  if (!existsSync(dir)) throw new AppError("not-found", `there is no folder ${dir}`);
  const file = join(dir, MANIFEST);
  if (!existsSync(file))
    throw new AppError("backup-damaged", `${dir} has no ${MANIFEST}: it is no backup, or one that was cut short`);
  const manifest = parse(readFileSync(file, "utf8"));
  if (manifest === null || !check.Check(manifest))
    throw new AppError("backup-damaged", `${file} is not a manifest that this version reads`);
  const { sha256, ...said } = manifest;
  if (sha256 !== digest(said)) throw new AppError("backup-damaged", `${file} is not what was written`);
  for (const { path } of [...manifest.files, ...manifest.links]) requireInside(path, file);
  for (const { path, target } of manifest.links) requireInside(join(path, "..", target), file);
  return manifest;
}

/** A manifest that came from elsewhere must not write elsewhere. */
function requireInside(path: string, file: string): void {
  if (path.startsWith("/") || path.split("/").includes(".."))
    throw new AppError("backup-damaged", `${file} names ${path}, which is outside of a data directory`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function digest(said: Omit<Manifest, "sha256">): string {
  return createHash("sha256").update(JSON.stringify(said)).digest("hex");
}
