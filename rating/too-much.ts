import { AppError } from "../core/errors.ts";

/**
 * Names what the engine says when an amount has more digits than one can hold: it is far more than anything costs, so a price or
 * a source is wrong. Anything else is thrown as it came.
 * @throws AppError invalid-request
 */
export function refuseTooMuch(err: unknown): never {
  if (!/cannot be safely converted into type Int128/.test(String(err))) throw err;
  throw new AppError(
    "invalid-request",
    "an amount of the period has more than 29 digits before the point; expected fewer: a rate is far too high, or a reading",
    { cause: err },
  );
}
