/** What stands in a field of a form, without blanks around it; '' where there is no such field. */
export function textIn(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === "string" ? value.trim() : "";
}

/** Which of the keys of `known` was chosen in a field. @throws Error where none of them was */
export function keyIn<Key extends string>(
  form: HTMLFormElement,
  name: string,
  known: Readonly<Record<Key, unknown>>,
): Key {
  const chosen = (Object.keys(known) as Key[]).find((key) => key === textIn(form, name));
  if (chosen === undefined) throw new Error(`${name} was not chosen`);
  return chosen;
}
