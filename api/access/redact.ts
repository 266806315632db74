/** Requests whose body may be a secret as a whole: what is wrong with it is told to the caller alone. */
const secretive = new Set(["openSession", "putUserPassword", "putOwnPassword", "createUser", "putUser"]);

/** Whether what has this name is secret: no answer repeats its value. */
export function isSecretName(name: string): boolean {
  return /password|secret|token|signature|cookie|authorization|(api|session|private)[-_]?key/i.test(name);
}

/** What the log may say of a refusal: tokens are left out, wherever a caller has put one. */
export function loggable(detail: string, operation: string | undefined): string {
  if (operation !== undefined && secretive.has(operation)) return "…";
  return detail.replace(/\b(tally|whsec)_[\w+/=-]{16,}/g, "$1_…");
}
