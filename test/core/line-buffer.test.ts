import fc from "fast-check";
import { expect, test } from "vitest";
import { createLineBuffer } from "../../core/line-buffer.ts";

test("all texts come out in their order, as UTF-8, however far the buffer must grow", () => {
  const texts = fc.array(fc.string({ unit: "grapheme", maxLength: 3_000 }), { maxLength: 60 });
  fc.assert(
    fc.property(texts, fc.integer({ min: 0, max: 4_096 }), (added, expected_bytes) => {
      const lines = createLineBuffer(expected_bytes);
      for (const text of added) lines.add(text);
      expect(lines.bytes().equals(Buffer.from(added.join("")))).toBe(true);
    }),
  );
});
