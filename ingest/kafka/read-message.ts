import type { KafkaMessage } from "kafkajs";
import type { Checked, Message } from "../check-message.ts";
import { parseJson } from "../parse-json.ts";
import { valueBytesMax } from "./producer.ts";

/** What a message of the topic is: an event, or why it is none and the text under which it is kept. */
export type Read = Extract<Checked, { line: string }> | (Exclude<Checked, { line: string }> & { readonly raw: string });

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads one message by the contract of the topic: the value is one event as CloudEvents JSON in UTF-8 and at most a million
 * bytes, the key is its resource's id. Whatever else it is, it is kept as it came and the partition goes on.
 */
export function readMessage({ key, value }: KafkaMessage, check: (message: Message) => Checked): Read {
  if (value === null) {
    const raw = JSON.stringify({ key: key === null ? null : key.toString("utf8"), value: null });
    return refused(raw, "the message has no value (a tombstone); tally.event.retracted takes an event back");
  }
  const text = decode(value);
  if (text === null)
    return refused(`base64:${value.toString("base64")}`, "the message is not UTF-8; its bytes are kept as base64");
  if (value.length > valueBytesMax)
    return refused(text, `the message has ${value.length} bytes, expected at most ${valueBytesMax}`);
  const checked = check({ value: parseJson(text), raw: () => text });
  if ("reason" in checked) return { ...checked, raw: text };
  const { resource, source, id } = checked.event;
  if (key !== null && key.toString("utf8") === resource) return checked;
  const shown = key === null ? "missing" : JSON.stringify(key.toString("utf8").slice(0, 200));
  const reason = `the message's key is ${shown}, expected the resource's id, ${JSON.stringify(resource)}`;
  return { source, id, field: "key", reason, raw: text };
}

function refused(raw: string, reason: string): Exclude<Read, { line: string }> {
  return { source: "", id: "", field: "", reason, raw };
}

/** Null where the bytes are no UTF-8. Decoding without checking is several times as fast, and U+FFFD tells when to look closer. */
function decode(bytes: Buffer): string | null {
  const text = bytes.toString("utf8");
  if (!text.includes("\ufffd")) return text;
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}
