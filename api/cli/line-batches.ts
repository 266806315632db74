/** A line and where it stood, counted from 1. */
export interface Line {
  readonly text: string;
  readonly line: number;
}

const LINES_MAX = 1_000;
/** Well below what the API takes at once. */
const CHARACTERS_MAX = 4_000_000;

/** Gathers lines into batches that the API takes; blank ones are counted and left out, as the API does. `end` flushes the rest. */
export function gatherLines(flush: (batch: readonly Line[]) => Promise<void>): {
  add(text: string): Promise<void>;
  end(): Promise<void>;
} {
  let batch: Line[] = [];
  let characters = 0;
  let line = 0;

  async function end(): Promise<void> {
    if (batch.length === 0) return;
    const full = batch;
    batch = [];
    characters = 0;
    await flush(full);
  }

  return {
    add: async (text) => {
      line += 1;
      if (text.trim() === "") return;
      batch.push({ text, line });
      characters += text.length;
      if (batch.length >= LINES_MAX || characters >= CHARACTERS_MAX) await end();
    },
    end,
  };
}
