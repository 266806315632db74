// What `npm ci` gets on another machine than ours: an incomplete lock is refused there, or leaves the engine out.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { completeLock, missingOptional, platformOf, type Lock } from "./tools/complete-lock.ts";

const lock = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8")) as Lock;
const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as Manifest;

interface Manifest {
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
}

// Both work without their script: it only swaps a launcher for the binary, which their platform package holds anyway.
const withInstallScript = ["node_modules/chdb", "node_modules/esbuild", "node_modules/msgpackr-extract"];

/** A lock as npm writes it where the registry lacked one platform build of an engine. */
const incomplete: Lock = {
  packages: {
    "": {},
    "node_modules/a": {
      version: "1.0.0",
      resolved: "https://registry.example/a.tgz",
      optionalDependencies: { "@e/linux-x64": "2.0.0" },
    },
    "node_modules/a/node_modules/b": {
      version: "1.0.0",
      dev: true,
      optionalDependencies: { c: "1.0.0", "@e/linux-arm64-musl": "2.0.0" },
    },
    "node_modules/a/node_modules/c": { version: "1.0.0" },
  },
};

test("the lock has an entry for every optional package, whatever the platform it was made on", () => {
  expect(missingOptional(incomplete).map(({ name }) => name)).toEqual(["@e/linux-x64", "@e/linux-arm64-musl"]);
  expect(missingOptional(lock)).toEqual([]);
});

test("completing a lock adds the missing packages with their platform, drops addresses, and does nothing twice", () => {
  const { lock: complete, added } = completeLock(incomplete);
  expect(added).toBe(2);
  expect(complete.packages["node_modules/a"]).toEqual({
    version: "1.0.0",
    optionalDependencies: { "@e/linux-x64": "2.0.0" },
  });
  expect(complete.packages["node_modules/@e/linux-arm64-musl"]).toEqual({
    version: "2.0.0",
    dev: true,
    optional: true,
    os: ["linux"],
    cpu: ["arm64"],
    libc: ["musl"],
  });
  expect(completeLock(complete)).toEqual({ lock: complete, added: 0 });
});

test("a platform read from a name is the one the package itself declares", () => {
  // the entries npm wrote came from the packages' own manifests; the added ones agree with them by this rule
  const declared = Object.entries(lock.packages).filter(([, { os, cpu }]) => os !== undefined && cpu !== undefined);
  expect(declared.length).toBeGreaterThan(50);
  for (const [place, { os, cpu, libc }] of declared) {
    expect(platformOf(place.replace(/^.*node_modules\//, "")), place).toEqual({
      os,
      cpu,
      ...(libc !== undefined && { libc }),
    });
  }
});

test("the lock names no registry", () => {
  const named = (packages: Lock["packages"]): string[] =>
    Object.keys(packages).filter((place) => packages[place]?.resolved !== undefined);
  expect(named(incomplete.packages)).toEqual(["node_modules/a"]);
  expect(named(lock.packages)).toEqual([]);
});

test("only known packages bring an install script, and none is needed", () => {
  const found = Object.entries(lock.packages).filter(([, { hasInstallScript }]) => hasInstallScript === true);
  expect(found.map(([place]) => place)).toEqual(withInstallScript);
});

test("every version in package.json is exact and is the one locked", () => {
  const wanted = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  expect(wanted.filter(([name, version]) => lock.packages[`node_modules/${name}`]?.version !== version)).toEqual([]);
});
