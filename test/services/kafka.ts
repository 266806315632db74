import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer, connect, type AddressInfo } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Guard, type GuardedKafka, guardOf } from "./kafka-guard.ts";

// A real Kafka without Docker: its jars come from Maven once, one KRaft node runs on ports of its own in a folder of its own.

/** A broker the tests use. Those that are not ours (TALLY_TEST_KAFKA_BROKERS) can be neither stopped nor killed. */
export interface TestKafka {
  readonly brokers: readonly string[];
  /** Addresses that ask for a login and speak TLS or not, and the file of whom to trust; only where they were asked for. */
  readonly guarded: GuardedKafka | null;
  readonly is_ours: boolean;
  readonly pid: () => number;
  /** As an operator does it: waits until it is down. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** The same node with the same data again. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const libraries = ["org.apache.kafka:kafka_2.13:4.1.0", "org.slf4j:slf4j-simple:1.7.36"];
const folder = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "tally", "kafka-4.1.0");

/** Why there is no Kafka here; null = there is one. */
function missingKafka(): string | null {
  if (given() !== null) return null;
  const missing = [
    ["java", "default-jre-headless"],
    ["mvn", "maven"],
  ].filter(([command]) => !isThere(command ?? ""));
  if (missing.length === 0 || (isThere("java") && existsSync(folder))) return null;
  return `set TALLY_TEST_KAFKA_BROKERS, or apt-get install ${missing.map(([, name]) => name).join(" ")}`;
}

/** True where tests of Kafka are left out; with TALLY_TEST_REAL=1 they never are: what does not run has failed. */
export const skipKafka = missingKafka() !== null && process.env["TALLY_TEST_REAL"] !== "1";

/** What the name of a group of tests says of its being left out. */
export const kafkaNote = skipKafka ? ` (not run: ${missingKafka()})` : "";

/** Starts a broker, or connects to the one that is named. @throws Error that says how to get one */
export async function openTestKafka(options: { own?: boolean; guarded?: boolean } = {}): Promise<TestKafka> {
  const missing = missingKafka();
  if (missing !== null) throw new Error(`Kafka is not here: ${missing}`);
  const brokers = given();
  const { own = false, guarded = false } = options;
  if (brokers !== null && !own && !guarded) {
    const notOurs = (): Promise<never> => Promise.reject(new Error("this broker is not ours to stop"));
    return {
      brokers,
      guarded: null,
      is_ours: false,
      pid: () => 0,
      stop: notOurs,
      kill: notOurs,
      start: notOurs,
      close: async () => undefined,
    };
  }
  return startOwn(await fetchLibraries(), guarded);
}

function given(): readonly string[] | null {
  const brokers = process.env["TALLY_TEST_KAFKA_BROKERS"];
  return brokers === undefined || brokers === "" ? null : brokers.split(",");
}

function isThere(command: string): boolean {
  return (process.env["PATH"] ?? "").split(":").some((path) => existsSync(join(path, command)));
}

/** The jars, fetched once for all checkouts. Whoever is second takes what the first one put there. */
async function fetchLibraries(): Promise<string> {
  if (existsSync(folder)) return folder;
  mkdirSync(join(folder, ".."), { recursive: true });
  const work = mkdtempSync(`${folder}-`);
  const dependencies = libraries.map((name) => {
    const [group, artifact, version] = name.split(":");
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  });
  writeFileSync(
    join(work, "pom.xml"),
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>tally</groupId><artifactId>kafka</artifactId><version>1</version><dependencies>${dependencies.join("")}</dependencies></project>`,
  );
  const arguments_ = ["-q", "-B", "dependency:copy-dependencies", `-DoutputDirectory=${join(work, "libs")}`];
  execFileSync("mvn", arguments_, { cwd: work, stdio: "pipe", timeout: 300_000 });
  if (!existsSync(folder)) renameSync(join(work, "libs"), folder);
  rmSync(work, { recursive: true, force: true });
  return folder;
}

async function startOwn(libs: string, isGuarded: boolean): Promise<TestKafka> {
  const home = mkdtempSync(join(tmpdir(), "tally-kafka-"));
  const [port, control] = [await freePort(), await freePort()];
  const broker = `127.0.0.1:${port}`;
  const file = join(home, "server.properties");
  const guard = isGuarded ? guardOf({ home, open: await freePort(), tls: await freePort() }) : null;
  writeFileSync(file, properties({ home, port, control, guard }));
  const classpath = readdirSync(libs)
    .map((jar) => join(libs, jar))
    .join(":");
  const java = ["-Xmx400m", "-Xms200m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", classpath];
  const format = ["kafka.tools.StorageTool", "format", "--standalone", "-t", "tallyhouseTestCluster0", "-c", file];
  if (guard !== null) format.push(...guard.users);
  execFileSync("java", [...java, ...format], { stdio: "pipe", timeout: 60_000 });
  let node: ChildProcess | null = null;

  async function start(): Promise<void> {
    node = spawn("java", [...java, "kafka.Kafka", file], { stdio: "ignore" });
    for (let tries = 0; !(await answers(port)); tries += 1) {
      if (tries > 300 || node.exitCode !== null) throw new Error(`Kafka did not start; see ${home}`);
      await sleep(100);
    }
  }
  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = node;
    node = null;
    if (ending === null || ending.exitCode !== null) return;
    const gone = new Promise((resolve) => ending.once("exit", resolve));
    ending.kill(signal);
    await gone;
  }

  // A test process that ends early leaves no broker behind.
  process.once("exit", () => node?.kill("SIGKILL"));
  await start();
  return {
    brokers: [broker],
    guarded: guard,
    is_ours: true,
    pid: () => node?.pid ?? 0,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    start,
    close: async () => {
      await end("SIGKILL");
      rmSync(home, { recursive: true, force: true });
    },
  };
}

interface Laid {
  readonly home: string;
  readonly port: number;
  readonly control: number;
  readonly guard: Guard | null;
}

function properties({ home, port, control, guard }: Laid): string {
  const listeners = [`PLAINTEXT://127.0.0.1:${port}`, ...(guard?.listeners ?? [])];
  return [
    "process.roles=broker,controller",
    "node.id=1",
    `controller.quorum.bootstrap.servers=127.0.0.1:${control}`,
    `listeners=${listeners.join(",")},CONTROLLER://127.0.0.1:${control}`,
    `advertised.listeners=${listeners.join(",")}`,
    ...(guard?.properties ?? []),
    "controller.listener.names=CONTROLLER",
    `log.dirs=${join(home, "data")}`,
    "num.partitions=1",
    "auto.create.topics.enable=false",
    "offsets.topic.replication.factor=1",
    "offsets.topic.num.partitions=4",
    "transaction.state.log.replication.factor=1",
    "transaction.state.log.min.isr=1",
    "group.initial.rebalance.delay.ms=0",
    "group.min.session.timeout.ms=1000",
    "broker.session.timeout.ms=2000",
    "broker.heartbeat.interval.ms=500",
    "",
  ].join("\n");
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.on("connect", () => resolve(true)).on("connect", () => socket.destroy());
    socket.on("error", () => resolve(false));
  });
}
