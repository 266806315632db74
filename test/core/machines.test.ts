import { expect, test } from "vitest";
import type { MachineTable } from "../../core/engine/machine.ts";
import { vmMachine, vmStateAfter } from "../../core/engine/vm-machine.ts";
import { volumeMachine, volumeStateAfter } from "../../core/engine/volume-machine.ts";
import { createRegistry } from "../../core/registry.ts";

const rowsOf = (table: MachineTable<string>) =>
  Object.entries(table).flatMap(([from, row]) =>
    Object.entries(row).map(([command, { to, events }]) => ({ from, command, to, events })),
  );
const vmRows = rowsOf(vmMachine);
const volumeRows = rowsOf(volumeMachine);

test.each(vmRows)("a machine's events tell the state its table names: $command when $from", ({ from, to, events }) => {
  const own = events.filter((type) => type.startsWith("VM."));
  expect(own.reduce((state, type) => vmStateAfter[type] ?? state, from)).toBe(to);
});

test.each(volumeRows)(
  "a volume's events tell the state its table names: $command when $from",
  ({ from, to, events }) => {
    expect(events.reduce((state, type) => volumeStateAfter[type] ?? state, from)).toBe(to);
  },
);

test("every event a machine can send is one the registry accepts", () => {
  const sent = new Set([...vmRows, ...volumeRows].flatMap(({ events }) => events));
  expect([...sent].filter((type) => !createRegistry().eventTypes().has(type))).toEqual([]);
  expect([...sent].filter((type) => !(type in { ...vmStateAfter, ...volumeStateAfter }))).toEqual([]);
});

test.each([
  ["machine", vmRows, "absent", ["expunged"]],
  ["volume", volumeRows, "absent", ["deleted"]],
] as const)("every state of a %s can be reached, and only the last has no way on", (_kind, rows, first, ends) => {
  const states = new Set(Object.keys(rows === vmRows ? vmMachine : volumeMachine));
  const reached = new Set<string>([first, "root"].filter((state) => states.has(state)));
  for (let size = 0; size < reached.size;) {
    size = reached.size;
    for (const { from, to } of rows) if (reached.has(from)) reached.add(to);
  }
  expect(reached).toEqual(states);
  expect([...states].filter((state) => !rows.some(({ from }) => from === state))).toEqual(ends);
});

test("VM and volume commands share no name", () => {
  const names = new Set(vmRows.map(({ command }) => command));
  expect(volumeRows.filter(({ command }) => names.has(command))).toEqual([]);
});
