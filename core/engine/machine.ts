import { AppError } from "../errors.ts";

/** What a command does in a state: the events it sends, in order, and the state they lead to. */
export interface Transition<State extends string> {
  readonly to: State;
  readonly events: readonly string[];
}

/** A state machine as a table: state × command. A pair that is not there is refused. */
export type MachineTable<State extends string> = Readonly<Record<State, Readonly<Record<string, Transition<State>>>>>;

/**
 * The transition of a command.
 * @throws AppError state-refused that names the resource, its state, the command and what would be allowed.
 */
export function transition<State extends string>(
  table: MachineTable<State>,
  asked: { readonly resource: string; readonly state: State; readonly command: string },
): Transition<State> {
  const { resource, state, command } = asked;
  const row = table[state];
  const found = Object.hasOwn(row, command) ? row[command] : undefined;
  if (found !== undefined) return found;
  const allowed = Object.keys(row);
  const instead = allowed.length === 0 ? "nothing is allowed any more" : `allowed: ${allowed.join(", ")}`;
  throw new AppError("state-refused", `${resource} is ${state}: it does not take ${command}; ${instead}`, {
    field: "command",
  });
}
