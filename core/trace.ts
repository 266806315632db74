import { type Attributes, context, type Span, SpanStatusCode, trace } from "@opentelemetry/api";

/** Spans of this program. Without an SDK, which an operator adds with --import, each of them is nothing and costs as much. */
const tracer = trace.getTracer("tallyhouse");

/**
 * Does work in a span of its own, which is the parent of spans begun in it and bears the error that ends it. Attributes hold no names of
 * accounts and no values of statements: a trace leaves the house.
 */
export async function traced<T>(name: string, attributes: Attributes, work: (span: Span) => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      failSpan(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Marks a span as failed. Of the error its kind alone: messages may hold what was sent. */
export function failSpan(span: Span, error: unknown): void {
  const type = (error as { key?: string } | null)?.key ?? (error instanceof Error ? error.name : "error");
  span.setAttribute("error.type", type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** The stretches of some longer work, one after the other: each ends when the next begins. */
export interface Stretches {
  next(name: string, attributes?: Attributes): void;
  end(): void;
}

/** Stretches as children of the span that is active now. */
export function tracedStretches(): Stretches {
  const parent = context.active();
  let current: Span | null = null;
  const end = (): void => {
    current?.end();
    current = null;
  };
  return {
    next: (name, attributes = {}) => {
      end();
      current = tracer.startSpan(name, { attributes }, parent);
    },
    end,
  };
}
