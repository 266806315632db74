import Type, { type TObject } from "typebox";

const Envelope = Type.Object({}, { description: "Everything under <command in lower case>response" });
const Refusal = Type.Object(
  {},
  { description: "errorcode, which is the status too, cserrorcode and errortext, in the same envelope" },
);

const xml = (example: string) => ({ "text/xml": { schema: { type: "string" }, example } });
const json = (schema: TObject, example: unknown) => ({ "application/json": { schema, example } });

const refusals: Readonly<Record<number, readonly [string, string]>> = {
  401: [
    "Not signed, not signed in, or no such command for who asks",
    "unable to verify user credentials and/or request signature",
  ],
  405: ["The command takes another method", "login takes username and password by POST alone"],
  429: ["Too many requests", "The given user has reached his/her account api limit, please retry later."],
  430: ["The request cannot be read", "Body is too large"],
  431: [
    "A parameter is missing or not valid",
    "Unable to execute API command listusagerecords due to missing parameter startdate",
  ],
  432: [
    "No such command, or none for who asks",
    "The given command 'listNothing' either does not exist, is not available for user.",
  ],
  530: ["It failed, or cannot be done now", "A run is going on"],
  531: ["The caller may not have that", "Invalid Domain Id or Account"],
};

/** What the endpoint answers, by status: JSON with response=json, else XML. */
export const clientApiAnswers = Object.fromEntries([
  [
    200,
    {
      description: "The answer of the command",
      content: {
        ...json(Envelope, { listusagetypesresponse: { count: 1, usagetype: [{ id: 1, name: "RUNNING_VM" }] } }),
        ...xml(
          '<?xml version="1.0" encoding="UTF-8"?><listusagetypesresponse cloud-stack-version="4.20.0.0"><count>1</count></listusagetypesresponse>',
        ),
      },
    },
  ],
  ...Object.entries(refusals).map(([code, [description, errortext]]) => [
    code,
    {
      description,
      content: {
        ...json(Refusal, { errorresponse: { uuidList: [], errorcode: Number(code), cserrorcode: 9999, errortext } }),
        ...xml(
          `<?xml version="1.0" encoding="UTF-8"?><errorresponse cloud-stack-version="4.20.0.0"><errorcode>${code}</errorcode></errorresponse>`,
        ),
      },
    },
  ]),
]) as Record<number, unknown>;
