// docker-compose.yml, Dockerfile and the units of systemd, held to the code they start: no container runs here, so what can be known
// without one is checked. Their commands are those of test/e2e/roles.test.ts.
import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { STOP_MS } from "../api/all.ts";
import { checkRoles } from "../api/check-roles.ts";
import { readConfig, roles as allRoles } from "../core/config.ts";
import { storeParts } from "../core/process-lease.ts";
import { commands } from "./e2e/role-process.ts";

const root = new URL("..", import.meta.url).pathname;
const read = (name: string): string => readFileSync(`${root}${name}`, "utf8");

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly stop_grace_period?: string;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const compose = parse(read("docker-compose.yml"), { merge: true }) as Compose;
const services = Object.entries(compose.services);
const ours = services.filter(([, { build }]) => build !== undefined);
const playing = ours.filter(([, { command }]) => command?.[0] === "serve");
const { version, engines } = JSON.parse(read("package.json")) as { version: string; engines: { node: string } };
const document = JSON.parse(read("api/openapi.json")) as {
  paths: Readonly<Record<string, { readonly get?: { readonly security?: readonly unknown[] } }>>;
};

/** A value as compose gives it to the process: a variable's default, or a token where one is demanded. */
function filledIn(value: string): string {
  return value.replace(/\$\{\w+(?::([-?])([^}]*))?\}/g, (_whole, kind: string, rest: string) =>
    kind === "-" ? rest : "a-token-or-secret-of-the-operator",
  );
}
function configOf({ environment = {} }: Service): ReturnType<typeof readConfig> {
  return readConfig(Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, filledIn(value)])));
}

test("every image is pinned, ours to this version", () => {
  const isPinned = (image: string): boolean => /^[\w./-]+:\d+\.\d+[\w.-]*$/.test(image);
  expect(["redis", "redis:latest", "redis:7", "redis:alpine"].filter(isPinned)).toEqual([]);
  expect(services.map(([, { image }]) => image).filter((image) => !isPinned(image))).toEqual([]);
  expect(new Set(ours.map(([, { image }]) => image))).toEqual(new Set([`tallyhouse:${version}`]));
});

test("each container of ours runs a command that the tests of several processes run", () => {
  expect(ours.length).toBeGreaterThan(0);
  const known: (readonly string[] | undefined)[] = Object.values(commands);
  for (const [name, { command }] of ours) expect(known, name).toContainEqual(command);
});

test("their variables are known, fit together, and let each role run more than once; together they play every role", () => {
  const configs = playing.map(([, service]) => configOf(service));
  for (const config of configs) {
    checkRoles(config);
    expect(storeParts(config).filter(({ shared }) => !shared)).toEqual([]);
  }
  expect(new Set(configs.flatMap(({ roles }) => roles))).toEqual(new Set(allRoles));
  const shared = configs.map(({ roles: _roles, ...rest }) => rest);
  for (const config of shared) expect(config).toEqual(shared[0]);
});

test("services answer where the variables say, and everything named is there", () => {
  for (const [name, service] of ours) {
    const { clickhouse_url, kafka_brokers, redis_url } = configOf(service);
    for (const address of [clickhouse_url ?? "", `kafka://${kafka_brokers[0]}`, redis_url ?? ""])
      expect(Object.keys(compose.services), `${name}: ${address}`).toContain(new URL(address).hostname);
  }
  for (const [name, { depends_on = {}, volumes = [] }] of services) {
    for (const other of Object.keys(depends_on)) expect(Object.keys(compose.services), name).toContain(other);
    for (const volume of volumes) expect(Object.keys(compose.volumes), name).toContain(volume.split(":")[0]);
  }
});

test("archives, which hold what is nowhere else, outlast containers: their folder is a volume that all share and the image's user may write", () => {
  const dockerfile = read("Dockerfile");
  const folder = `${/TALLY_DATA_DIR=(\S+)/.exec(dockerfile)?.[1]}/archive`;
  for (const [name, { volumes }] of playing) expect(volumes, name).toEqual([`archive:${folder}`]);
  expect(dockerfile).toMatch(new RegExp(`mkdir -p ${folder} && chown -R node:node ${dirname(folder)}\n`));
});

test("health checks ask a route that exists and needs no token, at the port the image opens", () => {
  for (const [name, { healthcheck }] of services.filter(([service]) => service !== "migrate"))
    expect(healthcheck?.test?.length, name).toBeGreaterThan(1);
  for (const [name, { healthcheck }] of playing) {
    const asked = /http:\/\/127\.0\.0\.1:(\d+)(\/\w+)/.exec(healthcheck?.test?.join(" ") ?? "");
    expect(document.paths[asked?.[2] ?? ""]?.get?.security, name).toEqual([]);
    expect(Number(asked?.[1]), name).toBe(readConfig({}).port);
  }
  expect(read("Dockerfile")).toContain(`EXPOSE ${readConfig({}).port}\n`);
});

test("a process has longer to end than it takes at most", () => {
  for (const [name, { stop_grace_period = "" }] of ours)
    expect(Number(/^(\d+)s$/.exec(stop_grace_period)?.[1]) * 1000, name).toBeGreaterThan(STOP_MS);
});

test("the image holds what runs, all of it there, on the Node the package asks for", () => {
  const text = read("Dockerfile");
  const copied = [...text.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, names = ""]) => names.split(" "));
  expect(copied.toSorted()).toEqual([...allRoles, "package-lock.json", "package.json", "sql"].toSorted());
  const let_in = read(".dockerignore")
    .split("\n")
    .filter((line) => line.startsWith("!"));
  expect(let_in.map((line) => line.slice(1)).toSorted()).toEqual(copied.toSorted());
  const node = /^FROM node:(\d+\.\d+)\.\d+-/m.exec(text)?.[1] ?? "";
  expect(Number(node)).toBeGreaterThanOrEqual(Number(engines.node.replace(">=", "")));
  expect(text).toContain('ENTRYPOINT ["node", "api/tally.mjs"]\n');
  expect(existsSync(`${root}api/tally.mjs`)).toBe(true);
});

/** What a unit sets TALLY_DATA_DIR and the like to, once its name is filled in. */
function unitOf(file: string, name: string): { text: string; named: Record<string, string> } {
  const text = read(file).replaceAll("%i", name);
  const named = [...text.matchAll(/^Environment=(TALLY_\w+)=(.*)$/gm)].map(([, key = "", value = ""]) => [key, value]);
  return { text, named: Object.fromEntries(named) as Record<string, string> };
}

test.each([
  { file: "tallyhouse.service", name: "" },
  { file: "tallyhouse@.service", name: "ingest" },
])("$file starts the same program, with variables that are known and a data directory of its own", ({ file, name }) => {
  const { text, named } = unitOf(file, name);
  expect(text).toMatch(/^ExecStart=\/usr\/bin\/node api\/tally\.mjs serve$/m);
  expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1]) * 1000).toBeGreaterThan(STOP_MS);
  expect(Object.keys(named).length).toBeGreaterThan(0);
  // systemd makes the folder of StateDirectory below /var/lib, and ProtectSystem lets nothing else be written to.
  expect(readConfig(named).data_dir).toBe(`/var/lib/${/^StateDirectory=(\S+)$/m.exec(text)?.[1]}`);
});

test("units of one template share a file of variables, and nothing else: directory and own variables go by their name", () => {
  const [one, other] = ["ingest", "api"].map((name) => unitOf("tallyhouse@.service", name));
  expect(one?.named["TALLY_DATA_DIR"]).not.toBe(other?.named["TALLY_DATA_DIR"]);
  const filesOf = (text = ""): string[] =>
    [...text.matchAll(/^EnvironmentFile=-?(\S+)$/gm)].map(([, path = ""]) => path);
  // The later one counts, so what is its own wins.
  expect(filesOf(one?.text)).toEqual(["/etc/tallyhouse/environment", "/etc/tallyhouse/ingest"]);
  expect(filesOf(other?.text)).toEqual(["/etc/tallyhouse/environment", "/etc/tallyhouse/api"]);
});
