import { Argument, Command, type Option } from "commander";
import type { Cli } from "./cli.ts";

/** What may follow the words of a command: `path` is "" for tally itself, " keys create" for what is below. */
interface Place {
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly {
    readonly flag: string;
    readonly description: string;
    readonly values: readonly string[] | null;
  }[];
  /** What an argument can be, where that is known. */
  readonly choices: readonly string[];
}

const shells = { bash, zsh, fish };

/** `tally completion bash|zsh|fish`: a script for the shell that completes commands, options and the values that are known. */
export function completionCommand(cli: Cli): Command {
  return new Command("completion")
    .description(
      "print completion for a shell; bash: source <(tally completion bash), fish: tally completion fish | source",
    )
    .addArgument(new Argument("<shell>").choices(Object.keys(shells)))
    .action((shell: keyof typeof shells, _options: unknown, command: Command) => {
      const root = command.parent;
      if (root !== null) cli.output.out(shells[shell](placesOf(root, "")));
    });
}

/** A command and all below it, from what it says of itself: nothing is to be kept up to date. */
function placesOf(command: Command, path: string): Place[] {
  const commands = command.commands.map((sub) => ({ name: sub.name(), description: sub.description() }));
  const options = [...command.options.map(toOption), { flag: "--help", description: "what it takes", values: null }];
  const choices = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
  return [
    { path, commands, options, choices },
    ...command.commands.flatMap((sub) => placesOf(sub, `${path} ${sub.name()}`)),
  ];
}

/** `values`: null where it takes none, empty where any will do. */
function toOption({ long, short, description, argChoices, required, optional }: Option): Place["options"][number] {
  return { flag: long ?? short ?? "", description, values: required || optional ? (argChoices ?? []) : null };
}

const words = ({ commands, choices, options }: Place): string =>
  [...commands.map(({ name }) => name), ...choices, ...options.map(({ flag }) => flag)].join(" ");
/** In single quotes, for any of the three. */
const quoted = (text: string): string => `'${text.replaceAll("\\", "").replaceAll("'", "’")}'`;
const pathsOf = (places: readonly Place[]): string[] => places.map(({ path }) => path).filter((path) => path !== "");

/** Values of options by place and flag: `" export usage --format") … csv parquet ndjson`; of those that take any value `file` is the line. */
function valueCases(
  places: readonly Place[],
  { line, file }: { line: (values: readonly string[]) => string; file: string },
): string[] {
  return places.flatMap(({ path, options }) =>
    options.flatMap(({ flag, values }) =>
      values === null ? [] : [`    ${quoted(`${path} ${flag}`)}) ${values.length === 0 ? file : line(values)};;`],
    ),
  );
}

function bash(places: readonly Place[]): string {
  const offer = (list: string): string => `COMPREPLY=($(compgen -W ${quoted(list)} -- "$cur"))`;
  return `${[
    "_tally() {",
    '  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} place="" i',
    "  for ((i = 1; i < COMP_CWORD; i++)); do",
    '    case "$place ${COMP_WORDS[i]}" in',
    `      ${pathsOf(places).map(quoted).join("|")}) place="$place \${COMP_WORDS[i]}";;`,
    "    esac",
    "  done",
    '  case "$place $prev" in',
    ...valueCases(places, { line: (values) => `${offer(values.join(" "))}; return`, file: "return" }),
    "  esac",
    '  case "$place" in',
    ...places.map((place) => `    ${quoted(place.path)}) ${offer(words(place))};;`),
    "  esac",
    "}",
    // Where nothing fits it is a file.
    "complete -o default -F _tally tally",
  ].join("\n")}\n`;
}

function zsh(places: readonly Place[]): string {
  return `${[
    "#compdef tally",
    "_tally() {",
    '  local place="" word',
    "  for word in ${words[2,CURRENT-1]}; do",
    '    case "$place $word" in',
    `      ${pathsOf(places).map(quoted).join("|")}) place="$place $word";;`,
    "    esac",
    "  done",
    '  case "$place ${words[CURRENT-1]}" in',
    ...valueCases(places, {
      line: (values) => `compadd -- ${values.map(quoted).join(" ")}; return`,
      file: "_files; return",
    }),
    "  esac",
    '  case "$place" in',
    ...places.map((place) => `    ${quoted(place.path)}) compadd -- ${words(place)};;`),
    "  esac",
    "  _files",
    "}",
    "compdef _tally tally",
  ].join("\n")}\n`;
}

function fish(places: readonly Place[]): string {
  const at = (path: string): string => `-n ${quoted(`__tally_at "${path}"`)}`;
  return `${[
    "function __tally_at",
    "  set -l place ''",
    "  for word in (commandline -opc)[2..-1]",
    `    if contains -- "$place $word" ${pathsOf(places).map(quoted).join(" ")}`,
    '      set place "$place $word"',
    "    end",
    "  end",
    '  test "$place" = "$argv[1]"',
    "end",
    ...places.flatMap(({ path, commands, options, choices }) => [
      ...commands.map(
        ({ name, description }) => `complete -c tally ${at(path)} -f -a ${quoted(name)} -d ${quoted(description)}`,
      ),
      ...choices.map((choice) => `complete -c tally ${at(path)} -f -a ${quoted(choice)}`),
      ...options.map(({ flag, description, values }) => {
        const takes = values === null ? "" : values.length === 0 ? " -r" : ` -x -a ${quoted(values.join(" "))}`;
        return `complete -c tally ${at(path)} -l ${flag.replace(/^--?/, "")}${takes} -d ${quoted(description)}`;
      }),
    ]),
  ].join("\n")}\n`;
}
