/** A text as it may be told to people: `redis://user:secret@host` becomes `redis://…@host`. */
export function withoutPasswords(text: string): string {
  return text.replaceAll(/:\/\/[^/\s"']*@/g, "://…@");
}
