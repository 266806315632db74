import { lookup as resolveName } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { AppError } from "../../core/errors.ts";

/** Networks that are not the public one (IANA special-purpose registries), and those that lead into IPv4 by another door. */
const refused = new BlockList();
for (const range of "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4".split(
  " ",
))
  addRange(range, "ipv4");
for (const range of "::/128 ::1/128 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 fc00::/7 fe80::/10 ff00::/8".split(
  " ",
))
  addRange(range, "ipv6");

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Whether an IP address is of a private, local or reserved network. Pure. */
export function isPrivateAddress(address: string): boolean {
  return isIn(refused, address);
}

/** Where a webhook may go, by its text alone; what its name resolves to is looked at when it is called. Pure. @throws AppError invalid-request */
export function readWebhookUrl(text: string, { private_allowed }: { private_allowed: boolean }): URL {
  const refuse = (expected: string): never => {
    throw new AppError("invalid-request", `url is ${JSON.stringify(text.slice(0, 200))}, expected ${expected}`, {
      field: "url",
    });
  };
  if (!URL.canParse(text)) return refuse("an address such as https://example.com/hooks");
  const url = new URL(text);
  const host = hostOf(url);
  const local = host === "localhost" || (isIP(host) !== 0 && isIn(loopback, host));
  if (url.protocol !== "https:" && !(url.protocol === "http:" && local))
    return refuse("https, or http of this machine");
  if (url.username !== "" || url.password !== "") return refuse("no user or password in it: messages are signed");
  if (url.hash !== "") return refuse("no fragment");
  if (!private_allowed && (local || (isIP(host) !== 0 && isPrivateAddress(host))))
    return refuse("a public address; setting notifications.private.addresses allows others");
  return url;
}

/** The host of an address without the brackets of IPv6. Pure. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

/** Looks names up and gives an error instead of an address that must not be called; what was looked at is what is connected to. */
export function createGuardedLookup({ private_allowed }: { private_allowed: boolean }): LookupFunction {
  return (hostname, options, callback) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      const first = addresses?.[0];
      if (error !== null || first === undefined) return callback(error ?? new Error("no address"), "", 0);
      const bad = private_allowed ? undefined : addresses.find(({ address }) => isPrivateAddress(address));
      if (bad !== undefined) return callback(new Error(`${hostname} is ${bad.address}, which is not public`), "", 0);
      if (options.all === true) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}

function addRange(range: string, family: "ipv4" | "ipv6"): void {
  const [network = "", prefix = "0"] = range.split("/");
  refused.addSubnet(network, Number(prefix), family);
}

function isIn(list: BlockList, address: string): boolean {
  if (isIP(address) === 4) return list.check(address, "ipv4");
  // ::ffff:10.0.0.1 is 10.0.0.1, however it is written; the list compares IPv6 as such.
  const mapped = /^(?:0*:)*:?(?:0*:)*ffff:(?:(\d+\.\d+\.\d+\.\d+)|([\da-f]{1,4}):([\da-f]{1,4}))$/i.exec(address);
  if (mapped === null) return list.check(address, "ipv6");
  const [, dotted, high = "0", low = "0"] = mapped;
  const number = (Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16)) >>> 0;
  const plain = [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");
  return list.check(dotted ?? plain, "ipv4");
}
