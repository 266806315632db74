import { AppError } from "../core/errors.ts";

/** Says which field of a price was refused and what it should have been. Throws AppError invalid-request. */
export function refuse(field: string, value: unknown, expected: string): never {
  throw new AppError("invalid-request", `${field} is ${JSON.stringify(value) ?? "missing"}; expected ${expected}`, {
    field,
  });
}
