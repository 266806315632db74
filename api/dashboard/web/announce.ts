import { signal } from "@preact/signals";

/** What was said last to those who do not see the page change. */
export const announcement = signal("");

/** Says something in the live region. */
export function say(text: string): void {
  announcement.value = text;
}
