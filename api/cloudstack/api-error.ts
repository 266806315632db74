import { AppError } from "../../core/errors.ts";

/** A fault as the CloudStack-compatible endpoint tells it: the HTTP status is `code`. */
export class ApiError extends Error {
  readonly code: number;
  readonly cs_code: number;

  constructor(code: number, text: string, cs_code = 9999) {
    super(text);
    this.name = "ApiError";
    this.code = code;
    this.cs_code = cs_code;
  }
}

/** 431: a parameter is missing or cannot be what it is. */
export function parameterError(text: string): ApiError {
  return new ApiError(431, text, 4350);
}

/** 531: the caller may not have that of that account. */
export function permissionError(text: string): ApiError {
  return new ApiError(531, text, 4365);
}

/** 530: it is understood, allowed, and not possible now. */
export function serverError(text: string): ApiError {
  return new ApiError(530, text, 4250);
}

/** 401, always in the same words: what was wrong with a signature is nobody's business. */
export function unauthenticated(): ApiError {
  return new ApiError(401, "unable to verify user credentials and/or request signature");
}

/** A command that is not there or not for the caller; nothing tells which. Signed requests hear 401 as from CloudStack, others 432. */
export function unknownCommand(command: string, { signed }: { signed: boolean }): ApiError {
  const text = `The given command '${command.slice(0, 200)}' either does not exist, is not available for user.`;
  return new ApiError(signed ? 401 : 432, text);
}

/** What parses as an id and names nothing. */
export function noSuchEntity(command: string, name: string, value: string): ApiError {
  return parameterError(
    `Unable to execute API command ${command.toLowerCase()} due to invalid value. Invalid parameter ${name} value=${value.slice(0, 200)} due to incorrect long value format, or entity does not exist or due to incorrect parameter annotation for the field in api cmd class.`,
  );
}

/** A fault of the stages in the words of this endpoint; null for what is no fault of the caller's. */
export function toApiError(error: unknown): ApiError | null {
  if (error instanceof ApiError) return error;
  if (!(error instanceof AppError)) return null;
  switch (error.key) {
    case "unauthorized":
      return unauthenticated();
    case "forbidden":
      return permissionError(error.message);
    case "not-found":
    case "invalid-request":
    case "invalid-setting":
    case "unknown-setting":
      return parameterError(error.message);
    case "body-too-large":
    case "unreadable-body":
    case "unsupported-media-type":
      return new ApiError(430, error.message);
    case "too-many-requests":
      return new ApiError(429, error.message);
    case "internal":
      return null;
    default:
      return serverError(error.message);
  }
}
