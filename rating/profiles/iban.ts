const FORM = /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/;

/** Whether a text is an IBAN: its form, and its check digits (ISO 13616: the rearranged number is 1 modulo 97). Blanks do not count. */
export function isIban(text: string): boolean {
  const bare = text.replaceAll(" ", "");
  if (!FORM.test(bare)) return false;
  const digits = [...(bare.slice(4) + bare.slice(0, 4))].map((sign) => Number.parseInt(sign, 36).toString()).join("");
  return BigInt(digits) % 97n === 1n;
}
