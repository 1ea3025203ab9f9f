// What the drivers share: node CLIENT.mjs CONFIG watches by one client, and prints a line of JSON for each thing
// that happens to a watch. It runs until its input ends.
import { setTimeout as delay } from "node:timers/promises";

export const config = JSON.parse(process.argv[2]);
export const QUICK = { retryWait: () => delay(50), pingMs: 200, patienceMs: 1000 };
export const QUICK_SSE = { retry: () => delay(50), silenceMs: 1000 };

process.stdin.resume().on("end", () => process.exit());

const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** The token of this name that is good now. */
export const token = (name) => async () => (await fetch(`${config.tokens}/${name}`)).text();

/** The closing code of a socket, the code of a GraphQL error, or the text of another one. */
function nameOf(error) {
  const [first] = [error.errors ?? error.graphQLErrors ?? error].flat();
  return String(first?.extensions?.code ?? error.networkError?.code ?? error.code ?? error.message);
}

/** A sink for what one watch is told. */
export const tell = (watch) => ({
  next({ data, error, errors }) {
    if (error ?? errors) print({ watch, error: nameOf(error ?? errors) });
    else print({ watch, event: data.productionStatusChanged });
  },
  error: (error) => print({ watch, error: nameOf(error) }),
  complete: () => print({ watch, complete: true }),
});

/** Tells with which codes sockets are closed. */
export function tellCodes(client, watch) {
  client.on("closed", ({ code }) => print({ watch, code }));
  return client;
}

/** A `fetch` that tells what is asked, whether a stream would be taken for an answer, and its form. */
export const tellingFetch = (watch) => async (url, init) => {
  const response = await fetch(url, init);
  const asked = init.body ? JSON.parse(init.body) : Object.fromEntries(new URL(url).searchParams);
  print({
    watch,
    method: init.method ?? "GET",
    parts: Object.keys(asked).sort(),
    takesStreams: new Headers(init.headers).get("accept").includes("text/event-stream"),
    form: response.headers.get("content-type"),
  });
  return response;
};

/** Tells the answer to a query. */
export const tellAnswer = (watch, { data, error }) =>
  print(error ? { watch, error: nameOf(error) } : { watch, data });

/** A WebSocket that tells what subscriptions are asked with: the document's text or not, and which variables. */
export const tellingSocket = (watch) =>
  class extends WebSocket {
    send(text) {
      const { type, payload } = JSON.parse(text);
      if (type === "subscribe") print({ watch, hasText: payload.query !== "", asks: Object.keys(payload.variables) });
      super.send(text);
    }
  };
