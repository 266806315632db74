// What the pages make of figures, days and files: pure, so it is held to worked values without a browser.
import { expect, test } from "vitest";
import { allPages } from "../../../api/dashboard/web/client.ts";
import { toCsv } from "../../../api/dashboard/web/csv.ts";
import { itemOf } from "../../../api/dashboard/web/line-words.ts";
import { nextOrder, readOrder, sortRows } from "../../../api/dashboard/web/sort.ts";
import {
  differenceOf,
  groupDigits,
  nothingIn,
  shareOf,
  showBytes,
  showRoughly,
  showSpan,
  signed,
  sumOf,
  typeTitle,
} from "../../../api/dashboard/web/figures.ts";
import {
  daysOf,
  isZone,
  monthAfter,
  monthRange,
  showDay,
  showMoment,
  showPeriod,
  startOfDay,
  toInstant,
} from "../../../api/dashboard/web/zone.ts";
import { monthBounds } from "../../../core/calendar.ts";
import { formatInstant } from "../../../core/instant.ts";

test("digits are grouped and never changed", () => {
  expect(["0", "999", "1000", "-1234567.50", "12345678901234567890.000000001"].map(groupDigits)).toEqual([
    "0",
    "999",
    "1,000",
    "-1,234,567.50",
    "12,345,678,901,234,567,890.000000001",
  ]);
});

test("sums and differences are exact where floats are not", () => {
  expect(sumOf(["0.1", "0.2"])).toBe("0.3");
  expect(sumOf(["99999999999999999999.99", "0.01"])).toBe("100000000000000000000.00");
  expect(sumOf([])).toBe("0");
  expect(differenceOf("1.00", "2.50")).toBe("-1.50");
  expect(differenceOf("1.00", "-2.5")).toBe("3.50");
  expect([signed("1.00"), signed("-1.00"), signed("0.00")]).toEqual(["+1.00", "-1.00", "0.00"]);
  // 30 of 120 is a quarter; of nothing there is no share
  expect([shareOf("30", "120"), shareOf("-60", "120"), shareOf("5", "0.00")]).toEqual(["+25 %", "-50 %", ""]);
});

test("what a line is for reads as words, and an amount of nothing has its currency's decimals", () => {
  expect(itemOf("RUNNING_VM · Machine · tier 1")).toBe("Running VM · Machine · tier 1");
  expect(itemOf("Correction of 2026-09 · VM_SNAPSHOT · Small", true)).toBe("VM snapshot · Small");
  expect(itemOf("Correction of 2026-09 · VOLUME · Disk")).toBe("Correction of 2026-09 · VOLUME · Disk");
  expect(itemOf("Fee · every month")).toBe("Fee · every month");
  expect(["EUR", "JPY", "KWD"].map(nothingIn)).toEqual(["0.00", "0", "0.000"]);
});

test("a glance leaves out what does not matter, and names read as words", () => {
  expect(["12.5500", "123.55", "7.000", "0.04"].map(showRoughly)).toEqual(["12.5", "123", "7", "0"]);
  expect(["RUNNING_VM", "IP_ADDRESS", "VPN_USERS"].map(typeTitle)).toEqual(["Running VM", "IP address", "VPN users"]);
  expect([showBytes("512"), showBytes("1536"), showBytes("1073741824")]).toEqual(["512 B", "1.5 KiB", "1.0 GiB"]);
  expect([showSpan(5_000), showSpan(119 * 60_000), showSpan(3 * 86_400_000)]).toEqual(["5 s", "119 min", "3 days"]);
});

test("what a spreadsheet would run is text in a file, a number stays a number, and what would break a row is quoted", () => {
  const rows = [
    ["=1+1", "-2.50"],
    ["@SUM(A1)", "+3"],
    ["  =cmd|' /C calc'!A0", "\t=1"],
    ['a "b", c', "line\nbreak"],
    ["-x", "5"],
  ];
  expect(toCsv(["name", "amount"], rows)).toBe(
    "name,amount\r\n" +
      "'=1+1,-2.50\r\n" +
      "'@SUM(A1),+3\r\n" +
      "'  =cmd|' /C calc'!A0,'\t=1\r\n" +
      '"a ""b"", c","line\nbreak"\r\n' +
      "'-x,5\r\n",
  );
});

test("what comes in pages is read whole for a file, from the first page on, and no further than a browser can hold", async () => {
  const asked: string[] = [];
  const read = async (cursor: string) => {
    asked.push(cursor);
    return { data: [`of ${cursor}`], next_cursor: cursor === "" ? "b" : cursor === "b" ? "c" : null };
  };
  expect(await allPages(read)).toEqual(["of ", "of b", "of c"]);
  expect(asked).toEqual(["", "b", "c"]);
  const endless = await allPages(async () => ({ data: Array.from({ length: 20_000 }, () => 1), next_cursor: "on" }));
  expect(endless.length).toBe(60_000);
});

// Days of 23 and 25 hours, a zone of 45 minutes, one that leaps over midnight, one that leaves out a day, and one of half an hour's change.
const zones = ["UTC", "Europe/Amsterdam", "Asia/Kathmandu", "America/Santiago", "Australia/Lord_Howe", "Pacific/Apia"];
test.each(zones)("months of %s begin and end where the server says they do", (zone) => {
  for (let month = "2026-01"; month < "2027-04"; month = monthAfter(month, 1)) {
    const { start, end } = monthBounds({ zone, month });
    expect(monthRange(month, zone), month).toEqual({ from: formatInstant(start), to: formatInstant(end) });
  }
});

test("a day begins at its midnight, or with the first moment after the leap", () => {
  // Chile's clocks leapt from 24:00 on 5 September 2026 to 01:00: the sixth begins at 04:00Z, the offset before having been -4.
  expect(toInstant(startOfDay("2026-09-06", "America/Santiago"))).toBe("2026-09-06T04:00:00.000Z");
  expect(toInstant(startOfDay("2026-10-25", "Europe/Amsterdam"))).toBe("2026-10-24T22:00:00.000Z");
  expect(toInstant(startOfDay("2026-10-26", "Europe/Amsterdam"))).toBe("2026-10-25T23:00:00.000Z");
});

test("moments stand on the clocks of a zone, months and days under their names", () => {
  expect(showMoment("2026-10-31T23:30:00.000Z", "Europe/Amsterdam")).toBe("2026-11-01 00:30");
  expect(showMoment("2026-10-31T23:30:00.000Z", "UTC")).toBe("2026-10-31 23:30");
  expect([showPeriod("2026-02"), showDay("2026-02-03")]).toEqual(["February 2026", "3 February"]);
  expect([monthAfter("2026-12", 1), monthAfter("2026-01", -13)]).toEqual(["2027-01", "2024-12"]);
  expect([daysOf("2028-02").length, daysOf("2026-02").at(-1)]).toEqual([29, "2026-02-28"]);
  expect([isZone("Europe/Amsterdam"), isZone("Mars/Olympus"), isZone("")]).toEqual([true, false, false]);
});

test("rows are put in order as figures where they are figures, and as words where they are words", () => {
  const inOrder = (values: readonly string[], is_falling: boolean) => sortRows(values, (value) => value, is_falling);
  expect(inOrder(["100.00", "-3", "20.5", "+7"], false)).toEqual(["-3", "+7", "20.5", "100.00"]);
  expect(inOrder(["vm-10", "VM-2", "vm-1"], false)).toEqual(["vm-1", "VM-2", "vm-10"]);
  const alike = [
    { name: "a", amount: "1.0" },
    { name: "b", amount: "2" },
    { name: "c", amount: "1" },
  ];
  const falling = sortRows(alike, ({ amount }) => amount, true);
  expect(falling.map(({ name }) => name)).toEqual(["b", "a", "c"]);
});

test("a title's presses go through both orders and back, figures from the greatest, and an address says which", () => {
  const presses = (text: boolean): string[] => {
    const said = [""];
    for (let press = 0; press < 3; press += 1) said.push(nextOrder(readOrder(said.at(-1) ?? ""), 2, { text }));
    return said;
  };
  expect(presses(false)).toEqual(["", "-2", "2", ""]);
  expect(presses(true)).toEqual(["", "2", "-2", ""]);
  expect(nextOrder(readOrder("-1"), 2, { text: false }), "another column").toBe("-2");
  expect(["-0", "x", "1e3", "3 OR 1"].map(readOrder)).toEqual([{ column: 0, is_falling: true }, null, null, null]);
});
