import { AppError } from "./errors.ts";
import { brokersExpected, readBrokers } from "./kafka-address.ts";
import { withoutPasswords } from "./without-passwords.ts";

/** Where things are. How things behave is in the settings (core/settings.ts). */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly data_dir: string;
  readonly clickhouse_url: string | null;
  /** As `readBroker` of kafka-address.ts reads each; may hold a password. */
  readonly kafka_brokers: readonly string[];
  readonly kafka_topic: string;
  readonly redis_url: string | null;
  /** Holds a password, so it is never shown. */
  readonly smtp_url: string | null;
  readonly roles: readonly Role[];
  readonly log_level: string;
  readonly admin_token: string | null;
  readonly integration_port: number;
  /** Files in PEM: with both of them HTTPS is served, and nothing else. */
  readonly tls_cert: string | null;
  readonly tls_key: string | null;
  /** What secret keys are derived from, where several processes share a store; never shown. */
  readonly secret: string | null;
  /** A server that commands ask, instead of the data directory. */
  readonly server_url: string | null;
  /** What they ask it with: the token, or a file whose first line it is; never shown. */
  readonly server_token: string | null;
  readonly server_token_file: string | null;
}

export const roles = ["core", "ingest", "aggregate", "rating", "api"] as const;
export type Role = (typeof roles)[number];

const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

type Environment = Readonly<Record<string, string | undefined>>;
/** Reads a variable's text; null = not acceptable. */
type Reader<T> = (text: string) => T | null;

interface Variable<T> {
  readonly name: string;
  readonly default: T;
  readonly expected: string;
  readonly read: Reader<T>;
  /** What was given is not repeated in a refusal. */
  readonly secret?: boolean;
}

const text: Reader<string> = (value) => value;
/** `localhost:8123` parses as a URL too, of the scheme "localhost:"; only these schemes mean a server. */
const url =
  (...schemes: readonly string[]): Reader<string> =>
  (value) =>
    URL.canParse(value) && schemes.includes(new URL(value).protocol) ? value : null;
/** A cluster's name goes into statements, so it is a plain word. */
function readStoreUrl(value: string): string | null {
  const given = url("http:", "https:")(value);
  const named = given === null ? [] : new URL(given).searchParams.getAll("cluster");
  return named.length > 1 || named.some((name) => !/^[A-Za-z_][\w-]*$/.test(name)) ? null : given;
}
/** Where paths of the API begin: no path of its own, and no password, which would be told wherever the address is. */
function readServerUrl(value: string): string | null {
  const given = url("http:", "https:")(value);
  const { origin, href } = new URL(given ?? "none:");
  return given !== null && href === `${origin}/` ? origin : null;
}
const port: Reader<number> = (value) => (/^\d{1,5}$/.test(value) && Number(value) <= 65535 ? Number(value) : null);

const token: Reader<string> = (value) => (value.length >= 16 ? value : null);
const headerText: Reader<string> = (value) => (/^[\x21-\x7e]{1,4096}$/.test(value) ? value : null);
const secret: Reader<string> = (value) => (value.length >= 32 ? value : null);
const level: Reader<string> = (value) => (logLevels.includes(value) ? value : null);

function readRoles(value: string): readonly Role[] | null {
  if (value === "all") return roles;
  const named = new Set(value.split(",").map((name) => name.trim()));
  const known = roles.filter((role) => named.has(role));
  return known.length === named.size ? known : null;
}

const variables = {
  host: { name: "TALLY_HOST", default: "127.0.0.1", expected: "a host name or address", read: text },
  port: { name: "TALLY_PORT", default: 8080, expected: "a port from 0 to 65535", read: port },
  data_dir: { name: "TALLY_DATA_DIR", default: "./data", expected: "a directory", read: text },
  clickhouse_url: {
    name: "TALLY_CLICKHOUSE_URL",
    default: null,
    expected: "http://host:port or https://host:port, with ?cluster=NAME for a cluster",
    read: readStoreUrl,
  },
  kafka_brokers: { name: "TALLY_KAFKA_BROKERS", default: [], expected: brokersExpected, read: readBrokers },
  kafka_topic: { name: "TALLY_KAFKA_TOPIC", default: "tally.events", expected: "a topic", read: text },
  redis_url: {
    name: "TALLY_REDIS_URL",
    default: null,
    expected: "redis://host:port or rediss://host:port",
    read: url("redis:", "rediss:"),
  },
  smtp_url: {
    name: "TALLY_SMTP_URL",
    default: null,
    expected: "smtp://user:password@host:port or smtps://user:password@host:port",
    read: url("smtp:", "smtps:"),
    secret: true,
  },
  roles: { name: "TALLY_ROLES", default: roles, expected: `all, or some of ${roles.join(",")}`, read: readRoles },
  log_level: { name: "TALLY_LOG_LEVEL", default: "info", expected: `one of ${logLevels.join(", ")}`, read: level },
  admin_token: {
    name: "TALLY_ADMIN_TOKEN",
    default: null,
    expected: "a token of at least 16 characters",
    read: token,
    secret: true,
  },
  integration_port: { name: "TALLY_INTEGRATION_PORT", default: 0, expected: "a port from 0 to 65535", read: port },
  tls_cert: { name: "TALLY_TLS_CERT", default: null, expected: "a file", read: text },
  tls_key: { name: "TALLY_TLS_KEY", default: null, expected: "a file", read: text },
  secret: { name: "TALLY_SECRET", default: null, expected: "at least 32 characters", read: secret, secret: true },
  server_url: {
    name: "TALLY_URL",
    default: null,
    expected: "http://host:port or https://host:port",
    read: readServerUrl,
  },
  server_token: { name: "TALLY_TOKEN", default: null, expected: "a token", read: headerText, secret: true },
  server_token_file: { name: "TALLY_TOKEN_FILE", default: null, expected: "a file", read: text },
} satisfies { [K in keyof Config]: Variable<Config[K]> };

/** Variables that only the tests read; named here so that a test run does not trip over its own. */
const testPrefix = "TALLY_TEST_";

/**
 * The configuration from the environment.
 * @throws AppError bad-configuration that names every unknown TALLY_* name and every bad value at once.
 */
export function readConfig(environment: Environment = process.env): Config {
  const names: string[] = Object.values(variables).map(({ name }) => name);
  const faults = Object.keys(environment)
    .filter((name) => name.startsWith("TALLY_") && !name.startsWith(testPrefix) && !names.includes(name))
    .map((name) => `${name} is not a variable of Tallyhouse (there are: ${names.join(", ")})`);
  const entries = Object.entries(variables as Record<string, Variable<unknown>>).map(([key, variable]) => {
    const given = environment[variable.name];
    if (given === undefined || given === "") return [key, variable.default];
    const value = variable.read(given);
    if (value === null)
      faults.push(
        `${variable.name} is ${variable.secret === true ? "not readable" : `"${withoutPasswords(given)}"`}, expected ${variable.expected}`,
      );
    return [key, value];
  });
  if (faults.length > 0) throw new AppError("bad-configuration", faults.join("; "));
  return Object.fromEntries(entries) as Config;
}
