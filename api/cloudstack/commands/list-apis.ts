import { unknownCommand } from "../api-error.ts";
import { everyReader } from "../../access/roles.ts";
import { type Command, defineCommand, type Field, type Param } from "../command.ts";

const paging: Readonly<Record<string, Param>> = {
  keyword: { type: "string", description: "List by keyword" },
  page: { type: "integer", description: "Page, from 1; together with pagesize" },
  pagesize: { type: "integer", description: "Rows of a page, 500 at most" },
};

/** What CloudStack calls the types of parameters. */
const typeNames: Readonly<Record<string, string>> = { "date-end": "date" };

/** The commands the caller may give, told by the same definitions that read and refuse their parameters. */
export function createListApis(commands: () => readonly Command[]): Command {
  return defineCommand({
    name: "listApis",
    description: "lists all available apis on the server, provided by the Api Discovery plugin",
    since: "4.1.0",
    roles: [...everyReader, "producer"],
    params: {
      name: { type: "string", description: "API name" },
    },
    response: [
      { name: "name", type: "string", description: "the name of the api command" },
      { name: "description", type: "string", description: "description of the api" },
      { name: "since", type: "string", description: "version of CloudStack the api was introduced in" },
      { name: "isasync", type: "boolean", description: "true if api is asynchronous" },
      { name: "related", type: "string", description: "comma separated related apis" },
      { name: "params", type: "set", description: "the list params the api accepts", response: paramFields },
      { name: "response", type: "set", description: "api response fields", response: responseFields },
    ],
    run: async ({ caller }, { name }) => {
      const known = commands().filter((command) => command.roles.includes(caller.role));
      const items = known.filter((command) => name === undefined || command.name.toLowerCase() === name.toLowerCase());
      if (name !== undefined && items.length === 0) throw unknownCommand(name, { signed: false });
      return {
        kind: "list",
        name: "api",
        items: items.map((command) => describe(command, known)),
        count: items.length,
      };
    },
  });
}

const text = (name: string, description: string): Field => ({ name, type: "string", description });
const paramFields: readonly Field[] = [
  text("name", "the name of the api parameter"),
  text("description", "description of the api parameter"),
  text("type", "parameter type"),
  { name: "length", type: "integer", description: "length of the parameter" },
  { name: "required", type: "boolean", description: "true if this parameter is required for the api request" },
  text("since", "version of CloudStack the parameter was introduced in"),
  text("related", "comma separated related apis to get the parameter"),
];
const responseFields: readonly Field[] = [
  text("name", "the name of the api response field"),
  text("description", "description of the api response field"),
  text("type", "response field type"),
  { name: "response", type: "set", description: "api response fields" },
];

function describe(command: Command, known: readonly Command[]): Record<string, unknown> {
  const params = { ...command.params, ...(command.paged ? paging : {}) };
  const kin = command.response
    .map(({ name }) => name)
    .toSorted()
    .join();
  const related = known.filter(
    (one) =>
      one !== command &&
      one.response
        .map(({ name }) => name)
        .toSorted()
        .join() === kin,
  );
  return {
    name: command.name,
    description: command.description,
    since: command.since,
    isasync: false,
    related: related.map(({ name }) => name).join(","),
    params: Object.entries(params).map(([name, param]) => ({
      name,
      description: param.description,
      type: typeNames[param.type] ?? param.type,
      length: 255,
      required: param.required ?? false,
      since: param.since,
      related: param.related,
    })),
    response: command.response,
  };
}
