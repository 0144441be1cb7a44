import { IncomingMessage } from "node:http";

const MAX_BYTES = 64 * 1024;

/** Reads the body of a request as `application/x-www-form-urlencoded`. */
export async function readForm(req: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`The request body is longer than ${MAX_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

/** The same request, its body not read yet, with another form in it. */
export function withForm(req: IncomingMessage, form: URLSearchParams): IncomingMessage {
  const body = Buffer.from(form.toString());
  const copy = new IncomingMessage(req.socket);
  const { method, url, httpVersion } = req;
  const headers = { ...req.headers, "content-length": `${body.length}` };
  delete headers["transfer-encoding"];
  // An incomplete message takes its connection down when it ends.
  Object.assign(copy, { method, url, httpVersion, headers, complete: true });
  copy.push(body);
  copy.push(null);
  return copy;
}
