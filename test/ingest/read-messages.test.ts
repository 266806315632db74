import { expect, test } from "vitest";
import { readBody, readLines } from "../../ingest/index.ts";

test("each line is a message, blank ones aside, and one that is not JSON keeps its text", () => {
  const messages = readLines('{"a":1}\r\n\n  \n{"b":\n[2]');
  expect(messages.map(({ value }) => value)).toEqual([{ a: 1 }, undefined, [2]]);
  expect(messages.map((message) => message.raw())).toEqual(['{"a":1}\r', '{"b":', "[2]"]);
});

test("a body is a list of messages or one message", () => {
  const list = readBody('[{"a":1},null,"x"]');
  expect(list.map(({ value }) => value)).toEqual([{ a: 1 }, null, "x"]);
  expect(list.map((message) => message.raw())).toEqual(['{"a":1}', "null", '"x"']);
  const one = readBody(' {"a": 1}');
  expect(one.map((message) => [message.value, message.raw()])).toEqual([[{ a: 1 }, ' {"a": 1}']]);
  expect(readBody("[]")).toEqual([]);
});

test("a body that is not JSON is unreadable as a whole", () => {
  expect(() => readBody('[{"a":1},')).toThrow(SyntaxError);
});

test("a message nested too deeply to be written again is kept as the body it came in", () => {
  const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
  const body = `[{"a":${deep}}]`;
  const [message] = readBody(body);
  expect(message?.raw()).toBe(body);
});
