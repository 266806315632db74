// Keeps package-lock.json usable everywhere: `npm run lock` after each install.
// npm leaves out of the lock what its registry did not offer at that moment (platform builds of chdb, esbuild, …), and `npm ci`
// then refuses the very lock npm wrote. It also writes the address each package came from, which binds the lock to one registry.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** The part of a package-lock entry that we read or write. */
export interface LockEntry {
  version?: string;
  resolved?: string;
  optional?: boolean;
  dev?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  hasInstallScript?: boolean;
  optionalDependencies?: Record<string, string>;
}

/** package-lock.json, version 3: place in node_modules → entry; the root itself is "". */
export interface Lock {
  packages: Record<string, LockEntry>;
}

const systems = new Set([
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
]);
const processors = new Set([
  "arm",
  "arm64",
  "ia32",
  "loong64",
  "mips64el",
  "ppc64",
  "riscv64",
  "s390x",
  "x64",
  "wasm32",
]);

/** What a platform package runs on, read from its name: `@x/y-linux-x64-musl` → linux, x64, musl. Parts it does not know say nothing. */
export function platformOf(name: string): Pick<LockEntry, "os" | "cpu" | "libc"> {
  const parts = name.split(/[/\-.]/);
  const os = parts.filter((part) => systems.has(part));
  const cpu = parts.filter((part) => processors.has(part));
  // 32-bit ARM builds end in gnueabihf or musleabihf, and their packages name no C library: neither do we
  const libc = parts.includes("musl") ? ["musl"] : parts.includes("gnu") ? ["glibc"] : [];
  return {
    ...(os.length > 0 && { os }),
    ...(cpu.length > 0 && { cpu }),
    ...(os.includes("linux") && libc.length > 0 && { libc }),
  };
}

/** Names (with the exact version asked for) that some entry lists as optional and that no entry stands for. */
export function missingOptional(lock: Lock): { at: string; name: string; version: string; dev: boolean }[] {
  return Object.entries(lock.packages).flatMap(([place, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !placesAbove(place, name).some((at) => at in lock.packages))
      .map(([name, version]) => ({ at: `node_modules/${name}`, name, version, dev: entry.dev === true })),
  );
}

// where Node would look for `name` from `place`: its own node_modules, then those of each package it is nested in
function placesAbove(place: string, name: string): string[] {
  const above = [...place.matchAll(/\/?node_modules\//g)].map(({ index }) => place.slice(0, index));
  return [place, ...above].map((at) => (at === "" ? `node_modules/${name}` : `${at}/node_modules/${name}`));
}

/** The same lock with every optional platform package listed and no registry address; says how many it added. */
export function completeLock(lock: Lock): { lock: Lock; added: number } {
  const root = lock.packages[""];
  const packages: Record<string, LockEntry> = {};
  const missing = missingOptional(lock);
  for (const [place, entry] of Object.entries(lock.packages)) {
    const { resolved: _, ...rest } = entry;
    packages[place] = rest;
  }
  for (const { at, name, version, dev } of missing) {
    // a range would need the registry to settle it; all families known to us pin their builds exactly
    if (!/^\d+\.\d+\.\d+/.test(version))
      throw new Error(`${name}: "${version}" is a range, so the lock cannot be completed by hand`);
    packages[at] = { version, ...(dev && { dev }), optional: true, ...platformOf(name) };
  }
  const sorted = Object.entries(packages)
    .filter(([place]) => place !== "")
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    lock: { ...lock, packages: { ...(root && { "": root }), ...Object.fromEntries(sorted) } },
    added: missing.length,
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const file = new URL("../../package-lock.json", import.meta.url);
  const done = completeLock(JSON.parse(readFileSync(file, "utf8")) as Lock);
  writeFileSync(file, `${JSON.stringify(done.lock, null, 2)}\n`);
  process.stdout.write(`${done.added} optional packages added to package-lock.json\n`);
}
