import type { Batch } from "../../../contract.ts";
import { put } from "../../../base/put.ts";
import type { Form } from "./form.ts";

const LINE = 10;

/** Each message of text as a line, and the bytes of each binary one as they are. */
export class PlainForm implements Form {
  readonly type: string;

  /** @param binary Whether its messages are mostly binary, which only its media type says. */
  constructor(binary: boolean) {
    this.type = binary ? "application/octet-stream" : "text/plain; charset=utf-8";
  }

  encode({ binary, bytes, spans, size }: Batch): Uint8Array {
    const ends = binary ? 0 : size;
    let length = ends;
    for (let at = 0; at < spans.length; at += 2) {
      length += (spans[at + 1] as number) - (spans[at] as number);
    }
    const encoded = new Uint8Array(length);
    let to = 0;
    for (let at = 0; at < spans.length; at += 2) {
      to = put(encoded, to, bytes, spans[at] as number, spans[at + 1] as number);
      if (!binary) encoded[to++] = LINE;
    }
    return encoded;
  }
}
