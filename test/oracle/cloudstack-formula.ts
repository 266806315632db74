/** Bits of a float32's significand. */
const BITS = 24n;

/** An exact value: numerator × 2^exponent. */
interface Float {
  readonly significand: bigint;
  readonly exponent: bigint;
}

/**
 * CloudStack's raw_usage in hours of `ms` milliseconds (inclusive ends counted already), by float32 arithmetic on integers alone:
 * the quotients are exact fractions, rounded to 24 bits, halves to even, as IEEE 754 has it.
 */
export function oracleRawUsage(ms: bigint): number {
  const hours = [1000n, 60n, 60n].reduce((value, divisor) => divided(value, divisor), rounded(ms, 1n));
  return Number(hours.significand) * 2 ** Number(hours.exponent);
}

function divided({ significand, exponent }: Float, divisor: bigint): Float {
  return exponent >= 0n ? rounded(significand << exponent, divisor) : rounded(significand, divisor << -exponent);
}

/** numerator / denominator as the nearest value of 24 bits. Far from where float32 has fewer: hours are above 2^-126. */
function rounded(numerator: bigint, denominator: bigint): Float {
  if (numerator === 0n) return { significand: 0n, exponent: 0n };
  let exponent = length(numerator) - length(denominator) - BITS;
  let significand = nearest(numerator, denominator, exponent);
  // One bit too many or a carry: the guess of the length was one off.
  while (length(significand) > BITS) {
    exponent += 1n;
    significand = nearest(numerator, denominator, exponent);
  }
  return { significand, exponent };
}

function nearest(numerator: bigint, denominator: bigint, exponent: bigint): bigint {
  const top = exponent < 0n ? numerator << -exponent : numerator;
  const bottom = exponent < 0n ? denominator : denominator << exponent;
  const whole = top / bottom;
  const twice = (top % bottom) * 2n;
  const isUp = twice > bottom || (twice === bottom && whole % 2n === 1n);
  return isUp ? whole + 1n : whole;
}

const length = (value: bigint): bigint => BigInt(value.toString(2).length);
