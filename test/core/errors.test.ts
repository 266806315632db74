import { expect, test } from "vitest";
import { AppError, assert, assertNever, problems, toProblem } from "../../core/errors.ts";

test.each(Object.entries(problems))(
  "%s says what is wrong and what to do, as sentences",
  (key, { status, title, remedy }) => {
    expect(key).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(remedy).toMatch(/^(GET|[A-Z]).*\.$/);
  },
);

test("a known fault goes over the wire with its key, status, detail and field", () => {
  const fault = new AppError("invalid-setting", "expected hh:mm", { field: "value", cause: new Error("inner") });
  expect(toProblem(fault, "req-1")).toEqual({
    type: "/problems/invalid-setting",
    title: "The setting cannot have this value",
    status: 400,
    detail: "expected hh:mm",
    instance: "req-1",
    field: "value",
  });
  expect(toProblem(new AppError("not-found", "no run 7"), "req-2")).not.toHaveProperty("field");
});

test.each([new Error("password=hunter2"), "password=hunter2", undefined, { message: "password=hunter2" }])(
  "an unknown error tells nothing of itself (%#)",
  (error) => {
    const problem = toProblem(error, "req-3");
    expect(problem).toMatchObject({ type: "/problems/internal", status: 500, instance: "req-3" });
    expect(JSON.stringify(problem)).not.toContain("hunter2");
  },
);

test("the cause is kept for the log and stays out of the answer", () => {
  const cause = new Error("disk at /secret full");
  const fault = new AppError("internal", "Something failed", { cause });
  expect(fault.cause).toBe(cause);
  expect(JSON.stringify(toProblem(fault, "req-4"))).not.toContain("/secret");
});

test("what cannot be, stops the job and says why", () => {
  expect(() => assert("something", "numbers are in order")).not.toThrow();
  expect(() => assert(0, "numbers are in order")).toThrow("assertion failed: numbers are in order");
  expect(() => assertNever("left over" as never)).toThrow("left over");
});
