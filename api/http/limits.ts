/** What one request may cost at most. */
export interface HttpLimits {
  /** From the first byte to the last of headers and body, in ms: below 140 kB/s the largest batch of events does not arrive. */
  readonly receive_ms: number;
  /** For the headers alone, in ms. */
  readonly headers_ms: number;
  /** How often slow connections are looked for, in ms. */
  readonly look_ms: number;
  /** From the first byte until the answer is made, in ms; reports have longer. */
  readonly answer_ms: number;
  /** How long the reader of an answer may take nothing of it, in ms: what is made for it holds files and memory until it is read. */
  readonly reading_ms: number;
  /** How long a kept connection may be silent, in ms. */
  readonly silent_ms: number;
  /** Bodies of everything but events and lists of what exists, in bytes. */
  readonly body_bytes: number;
  /** Objects and lists inside each other. */
  readonly json_depth: number;
}

/** The limits of a server; tests take shorter times. */
export const httpLimits: HttpLimits = {
  receive_ms: 120_000,
  headers_ms: 20_000,
  look_ms: 5_000,
  answer_ms: 300_000,
  reading_ms: 300_000,
  silent_ms: 72_000,
  body_bytes: 4 * 1024 * 1024,
  json_depth: 64,
};
