import { expect, test } from "vitest";
import { readBroker, showBrokers } from "../../core/kafka-address.ts";
import { readConfig } from "../../core/config.ts";
import { AppError } from "../../core/errors.ts";

const untouched = {
  host: "127.0.0.1",
  port: 8080,
  data_dir: "./data",
  clickhouse_url: null,
  kafka_brokers: [],
  kafka_topic: "tally.events",
  redis_url: null,
  smtp_url: null,
  roles: ["core", "ingest", "aggregate", "rating", "api"],
  log_level: "info",
  admin_token: null,
  integration_port: 0,
  secret: null,
  tls_cert: null,
  tls_key: null,
  server_url: null,
  server_token: null,
  server_token_file: null,
};

function faultsOf(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).key).toBe("bad-configuration");
    return (error as AppError).message;
  }
  return "accepted";
}

test("a clean machine needs no variable at all: everything is embedded, on this machine alone", () => {
  expect(readConfig({})).toEqual(untouched);
  expect(readConfig({ PATH: "/bin", TALLY_HOST: "" })).toEqual(untouched);
});

test.each([
  ["TALLY_HOST", "0.0.0.0", { host: "0.0.0.0" }],
  ["TALLY_PORT", "0", { port: 0 }],
  ["TALLY_PORT", "65535", { port: 65_535 }],
  ["TALLY_DATA_DIR", "/var/lib/tally", { data_dir: "/var/lib/tally" }],
  ["TALLY_CLICKHOUSE_URL", "https://u:p@ch:8443", { clickhouse_url: "https://u:p@ch:8443" }],
  ["TALLY_CLICKHOUSE_URL", "http://ch:8123/?cluster=eu-1", { clickhouse_url: "http://ch:8123/?cluster=eu-1" }],
  ["TALLY_KAFKA_BROKERS", "k1:9092, k2:9092", { kafka_brokers: ["k1:9092", "k2:9092"] }],
  ["TALLY_KAFKA_BROKERS", "[::1]:9092", { kafka_brokers: ["[::1]:9092"] }],
  [
    "TALLY_KAFKA_BROKERS",
    "kafkas://me:a%40b@k1:9093,k2:9093?mechanism=scram-sha-512",
    {
      kafka_brokers: [
        "kafkas://me:a%40b@k1:9093/?mechanism=scram-sha-512",
        "kafkas://me:a%40b@k2:9093/?mechanism=scram-sha-512",
      ],
    },
  ],
  ["TALLY_KAFKA_BROKERS", "kafkas://k1:9093,k2:9093", { kafka_brokers: ["kafkas://k1:9093/", "kafkas://k2:9093/"] }],
  ["TALLY_KAFKA_TOPIC", "billing.events", { kafka_topic: "billing.events" }],
  ["TALLY_REDIS_URL", "redis://localhost:6379/3", { redis_url: "redis://localhost:6379/3" }],
  ["TALLY_SMTP_URL", "smtp://u:p@mail:587", { smtp_url: "smtp://u:p@mail:587" }],
  ["TALLY_ROLES", "all", { roles: untouched.roles }],
  ["TALLY_ROLES", "api, ingest", { roles: ["ingest", "api"] }],
  ["TALLY_LOG_LEVEL", "debug", { log_level: "debug" }],
  ["TALLY_ADMIN_TOKEN", "s3cret-s3cret-s3", { admin_token: "s3cret-s3cret-s3" }],
  ["TALLY_INTEGRATION_PORT", "8096", { integration_port: 8096 }],
  ["TALLY_TLS_CERT", "/etc/tally/cert.pem", { tls_cert: "/etc/tally/cert.pem" }],
  ["TALLY_TLS_KEY", "/etc/tally/key.pem", { tls_key: "/etc/tally/key.pem" }],
  ["TALLY_SECRET", "0123456789abcdef0123456789abcdef", { secret: "0123456789abcdef0123456789abcdef" }],
  ["TALLY_URL", "https://bills.example:8443/", { server_url: "https://bills.example:8443" }],
  ["TALLY_TOKEN", "tally_x", { server_token: "tally_x" }],
  ["TALLY_TOKEN_FILE", "/run/token", { server_token_file: "/run/token" }],
])("%s=%s is read", (name, value, change) => {
  expect(readConfig({ [name]: value })).toEqual({ ...untouched, ...change });
});

test.each([
  ["TALLY_PORT", "65536"],
  ["TALLY_PORT", "-1"],
  ["TALLY_PORT", "8e3"],
  ["TALLY_KAFKA_BROKERS", "kafka://me:secret@k1:9092"],
  ["TALLY_KAFKA_BROKERS", "kafka://k1:9092?mechanism=plain"],
  ["TALLY_KAFKA_BROKERS", "kafka://me:secret@k1:9092?mechanism=md5"],
  ["TALLY_KAFKA_BROKERS", "kafka://me@k1:9092?mechanism=plain"],
  ["TALLY_KAFKA_BROKERS", "kafka://me:a%ZZ@k1:9092?mechanism=plain"],
  ["TALLY_KAFKA_BROKERS", "https://k1:9092"],
  ["TALLY_CLICKHOUSE_URL", "ch"],
  ["TALLY_CLICKHOUSE_URL", "http://ch:8123/?cluster="],
  ["TALLY_CLICKHOUSE_URL", "http://ch:8123/?cluster=a'b"],
  ["TALLY_CLICKHOUSE_URL", "http://ch:8123/?cluster=a&cluster=b"],
  ["TALLY_CLICKHOUSE_URL", "localhost:8123"],
  ["TALLY_KAFKA_BROKERS", "k1"],
  ["TALLY_KAFKA_BROKERS", "k1:9092,"],
  ["TALLY_REDIS_URL", "http://localhost:6379"],
  ["TALLY_ROLES", "api,cook"],
  ["TALLY_ROLES", ","],
  ["TALLY_LOG_LEVEL", "loud"],
  ["TALLY_INTEGRATION_PORT", "x"],
  ["TALLY_URL", "bills.example:8443"],
  ["TALLY_URL", "https://me:secret@bills.example"],
  ["TALLY_URL", "https://bills.example/tally"],
])("%s=%s stops the start, and the message names the variable, the value and what was expected", (name, value) => {
  const said = `${name} is "${value.replace(/\/\/.*@/, "//…@")}", expected `;
  const fault = faultsOf({ [name]: value });
  expect(fault.slice(0, said.length)).toBe(said);
  expect(fault.slice(said.length)).toMatch(/^\S/);
});

test("a TALLY_ name nobody knows stops the start: a misspelt one would else be ignored in silence", () => {
  expect(faultsOf({ TALLY_PROT: "80" })).toContain("TALLY_PROT is not a variable of Tallyhouse");
  expect(readConfig({ TALLY_TEST_REAL: "1" })).toEqual(untouched);
});

test("what may hold a password is not repeated where it cannot be read", () => {
  const said = faultsOf({ TALLY_SMTP_URL: "imap://user:pa55word@mail" });
  expect(said).toContain("TALLY_SMTP_URL is not readable, expected smtp://");
  expect(said).not.toContain("pa55word");
  const token = faultsOf({ TALLY_TOKEN: "tally_pa55word and a blank" });
  expect(token).toBe("TALLY_TOKEN is not readable, expected a token");
});

test("all faults are named at once", () => {
  const said = faultsOf({ TALLY_PORT: "x", TALLY_ROLES: "cook", TALLY_COLOUR: "red" });
  expect(["TALLY_PORT", "TALLY_ROLES", "TALLY_COLOUR"].filter((name) => !said.includes(`${name} is `))).toEqual([]);
  expect(said.split("; ")).toHaveLength(3);
});

test("what cannot be read is named without the password it may hold", () => {
  const environment = {
    TALLY_KAFKA_BROKERS: "kafka://me:hush-hush@k1:9092",
    TALLY_REDIS_URL: "redist://me:hush-hush@r",
  };
  expect(() => readConfig(environment)).toThrow(/k1:9092.*TALLY_REDIS_URL/);
  expect(() => readConfig(environment)).not.toThrow(/hush-hush/);
});

test("of each broker an address says where it is, over what, and as whom", () => {
  const [broker = ""] = readConfig({
    TALLY_KAFKA_BROKERS: "kafkas://me:a%40b%3A@[::1]:9093?mechanism=plain",
  }).kafka_brokers;
  const login = { mechanism: "plain", username: "me", password: "a@b:" };
  expect(readBroker(broker)).toEqual({ host: "::1", port: 9093, tls: true, login });
  expect(readBroker("k1:9092")).toEqual({ host: "k1", port: 9092, tls: false, login: null });
  expect(showBrokers([broker, "k1:9092"])).toBe("[::1]:9093, k1:9092");
});
