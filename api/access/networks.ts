import { BlockList, isIP, isIPv4, isIPv6 } from "node:net";

/** An address as it is compared: IPv4 within IPv6 (`::ffff:10.0.0.1`) is IPv4, a zone (`%eth0`) is dropped. */
export function plainAddress(address: string): string {
  const bare = address.replace(/%.*$/, "");
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  return mapped !== undefined && isIPv4(mapped) ? mapped : bare;
}

/** Whether a text is an address or a network: `10.0.0.0/8`, `2001:db8::/32`, `192.0.2.7`. */
export function isNetwork(text: string): boolean {
  return readNetwork(text) !== null;
}

/** Whether an address lies in one of the networks; of none, that is any, every address. */
export function isWithin(address: string, networks: readonly string[]): boolean {
  if (networks.length === 0) return true;
  const plain = plainAddress(address);
  if (isIP(plain) === 0) return false;
  const family = isIPv6(plain) ? "ipv6" : "ipv4";
  const list = new BlockList();
  for (const network of networks) {
    const read = readNetwork(network);
    // The list would take IPv4 addresses for mapped ones of IPv6 networks, so that `::/0` would let all in.
    if (read?.family === family) list.addSubnet(read.address, read.bits, family);
  }
  return list.check(plain, family);
}

function readNetwork(text: string): { address: string; bits: number; family: "ipv4" | "ipv6" } | null {
  const [address = "", bits, ...rest] = text.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0 || address.includes("%")) return null;
  const most = version === 4 ? 32 : 128;
  if (bits !== undefined && (!/^(0|[1-9]\d{0,2})$/.test(bits) || Number(bits) > most)) return null;
  return { address, bits: bits === undefined ? most : Number(bits), family: version === 4 ? "ipv4" : "ipv6" };
}
