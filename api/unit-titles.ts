/** Titles of units; `#` stands for what the usage type counts: requests, tokens, sessions. */
export const unitTitles: Readonly<Record<string, string>> = {
  hour: "hours",
  month: "months",
  gib_hour: "GiB hours",
  gib_month: "GiB months",
  gib: "GiB",
  each: "#",
  thousand: "thousand #",
  million: "million #",
  unit_hour: "# hours",
};
