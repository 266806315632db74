import { execFileSync } from "node:child_process";
import { join } from "node:path";

// Listeners of the test broker that let nobody in without a password, one of them over TLS with a certificate made for the occasion.

/** Where a broker asks who is there: host and port of each listener, who may come in, and the certificate to trust. */
export interface GuardedKafka {
  readonly open: string;
  readonly tls: string;
  readonly username: string;
  readonly password: string;
  readonly certificate: string;
}

/** The same with what the broker must be told. */
export interface Guard extends GuardedKafka {
  readonly listeners: readonly string[];
  readonly properties: readonly string[];
  /** Arguments that write its SCRAM users when its data are made. */
  readonly users: readonly string[];
}

const username = "tally";
/** Letters that mean something in an address. */
const password = "s3cret@:/1";
const storePassword = "changeit";

/** Makes the certificate with Java's own tool, which is there where a broker runs. */
export function guardOf({ home, open, tls }: { home: string; open: number; tls: number }): Guard {
  const keys = join(home, "keys.p12");
  const certificate = join(home, "certificate.pem");
  const store = ["-keystore", keys, "-storetype", "PKCS12", "-storepass", storePassword, "-alias", "broker"];
  const named = ["-dname", "CN=localhost", "-ext", "SAN=dns:localhost,ip:127.0.0.1", "-validity", "30"];
  const keytool = (...given: readonly string[]): void =>
    void execFileSync("keytool", [...given], { stdio: "pipe", timeout: 60_000 });
  keytool("-genkeypair", "-keyalg", "RSA", "-keysize", "2048", ...store, ...named);
  keytool("-exportcert", "-rfc", "-file", certificate, ...store);
  const plain = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${username}="${password}";`;
  const scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;";
  const listener = (name: string): string[] => [
    `listener.name.${name}.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512`,
    `listener.name.${name}.plain.sasl.jaas.config=${plain}`,
    `listener.name.${name}.scram-sha-256.sasl.jaas.config=${scram}`,
    `listener.name.${name}.scram-sha-512.sasl.jaas.config=${scram}`,
  ];
  return {
    open: `localhost:${open}`,
    tls: `localhost:${tls}`,
    username,
    password,
    certificate,
    listeners: [`GUARDED://localhost:${open}`, `SECRET://localhost:${tls}`],
    properties: [
      "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,GUARDED:SASL_PLAINTEXT,SECRET:SASL_SSL",
      "inter.broker.listener.name=PLAINTEXT",
      `ssl.keystore.location=${keys}`,
      "ssl.keystore.type=PKCS12",
      `ssl.keystore.password=${storePassword}`,
      ...listener("guarded"),
      ...listener("secret"),
    ],
    users: ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) => [
      "--add-scram",
      `${mechanism}=[name=${username},password=${password}]`,
    ]),
  };
}
