/** What a broker is shown: the mechanisms of SASL that Kafka's own broker has for passwords. */
export const saslMechanisms = ["plain", "scram-sha-256", "scram-sha-512"] as const;
export interface KafkaLogin {
  readonly mechanism: (typeof saslMechanisms)[number];
  readonly username: string;
  readonly password: string;
}

/** One broker: where it is, whether it is spoken to over TLS, and as whom; `login` null = it asks nobody. */
export interface KafkaBroker {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly login: KafkaLogin | null;
}

export const brokersExpected =
  "host:port,host:port, or kafka://user:password@host:port,host:port (kafkas:// for TLS) with ?mechanism=plain, scram-sha-256 or scram-sha-512";

const bare = /^[^\s:/@?]+:\d{1,5}$|^\[[\da-fA-F:]+\]:\d{1,5}$/;
const full = /^(kafkas?:\/\/)(?:([^@/\s]+)@)?([^@/?\s]+)\/?(?:\?mechanism=([a-z\d-]+))?$/;

/**
 * The brokers of a list, an address each: `host:port`, or a URL of the scheme `kafka` or `kafkas` (TLS) with whom to log in as. The
 * list says scheme, user and mechanism once, for all. null = it cannot be read.
 */
export function readBrokers(value: string): readonly string[] | null {
  const [, scheme, login, hosts, mechanism] = full.exec(value.trim()) ?? [];
  const listed = (hosts ?? value).split(",").map((broker) => broker.trim());
  if (!listed.every((broker) => bare.test(broker))) return null;
  if (scheme === undefined) return listed;
  // a mechanism without a login, or the other way round, is one of them forgotten
  if ((login === undefined) !== (mechanism === undefined)) return null;
  const asked = login === undefined ? "" : `?mechanism=${mechanism ?? ""}`;
  const addresses = listed.map((broker) => `${scheme}${login === undefined ? "" : `${login}@`}${broker}/${asked}`);
  return addresses.every((address) => loginOf(address) !== undefined) ? addresses : null;
}

/** What an address of `readBrokers` says. */
export function readBroker(address: string): KafkaBroker {
  const [, scheme, , listed = address] = full.exec(address) ?? [];
  const at = listed.lastIndexOf(":");
  return {
    host: listed.slice(0, at).replace(/^\[(.*)\]$/, "$1"),
    port: Number(listed.slice(at + 1)),
    tls: scheme === "kafkas://",
    login: loginOf(address) ?? null,
  };
}

/** Brokers as they may be shown to anybody: without user and password. */
export function showBrokers(brokers: readonly string[]): string {
  return brokers.map((address) => full.exec(address)?.[3] ?? address).join(", ");
}

/** undefined = it is written wrongly. */
function loginOf(address: string): KafkaLogin | null | undefined {
  const [, , login, , asked] = full.exec(address) ?? [];
  if (login === undefined) return null;
  const mechanism = saslMechanisms.find((known) => known === asked);
  const [, user, secret] = /^([^:]+):(.+)$/.exec(login) ?? [];
  const [username, password] = [decoded(user), decoded(secret)];
  if (mechanism === undefined || username === null || password === null) return undefined;
  return { mechanism, username, password };
}

/** Percent signs as in every URL: a password may hold @, : or a comma. */
function decoded(text: string | undefined): string | null {
  try {
    return text === undefined ? null : decodeURIComponent(text);
  } catch {
    return null;
  }
}
