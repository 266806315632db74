import { createHash } from "node:crypto";

/** Numbers that look like chance and are the same for the same seed, on every machine. Not for secrets. */
export interface Random {
  /** In [0, 1). */
  unit(): number;
  /** A whole number in [min, max]. */
  whole(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly [T, ...T[]]): T;
}

const rotate = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));

/** A stream of its own for each seed (xoshiro128++ over the seed's SHA-256), so that one life does not shift the next. */
export function createRandom(seed: string): Random {
  const digest = createHash("sha256").update(seed).digest();
  let [a, b, c, d] = [0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)) as [number, number, number, number];

  function unit(): number {
    const word = (rotate((a + d) | 0, 7) + a) | 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return (word >>> 0) / 2 ** 32;
  }
  const whole = (min: number, max: number): number => min + Math.floor(unit() * (max - min + 1));

  return {
    unit,
    whole,
    chance: (probability) => unit() < probability,
    pick: (from) => from[whole(0, from.length - 1)] ?? from[0],
  };
}

/** An id in the form of a uuid (version 8: made by a rule of our own), the same for the same name. */
export function idFrom(name: string): string {
  const hex = createHash("sha256").update(name).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}
