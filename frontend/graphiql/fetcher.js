import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { CloseCode, createClient } from "graphql-ws";

/** The editor's headers, with the token where they do not sign in themselves. */
function signedHeaders(headers, token) {
  const signed = new Headers(headers);
  if (token !== "" && !signed.has("authorization")) signed.set("authorization", `Bearer ${token}`);
  return Object.fromEntries(signed);
}

const REFUSED = {
  errors: [
    {
      message: "The access token is missing, unknown, expired or revoked.",
      extensions: { code: "UNAUTHENTICATED" },
    },
  ],
};
const isRefusal = (error) => error?.code === CloseCode.Forbidden;

/** A socket whose refused sign-in is an answer, where graphql-ws would try again for half a minute. */
function createSocket(url, authorization) {
  const client = createClient({
    url,
    connectionParams: authorization === undefined ? undefined : { authorization },
    shouldRetry: (error) => typeof error?.code === "number" && !isRefusal(error),
  });
  return {
    ...client,
    subscribe: (payload, sink) =>
      client.subscribe(payload, {
        next: (result) => sink.next(result),
        complete: () => sink.complete(),
        error: (error) => {
          if (!isRefusal(error)) return sink.error(error);
          sink.next(REFUSED);
          sink.complete();
        },
      }),
  };
}

/**
 * Sends queries over HTTP and subscriptions over one WebSocket, both to `url`. A browser cannot set
 * a WebSocket's headers, so `authorization` travels in `connection_init`; another one opens another socket.
 */
export function createFetcher(url, currentToken) {
  const socketUrl = new URL(url);
  socketUrl.protocol = socketUrl.protocol === "https:" ? "wss:" : "ws:";
  let socket = null;
  let socketAuthorization = null;

  function socketFor(authorization) {
    if (socket === null || authorization !== socketAuthorization) {
      socket?.dispose();
      socketAuthorization = authorization;
      socket = createSocket(socketUrl.href, authorization);
    }
    return socket;
  }

  return (params, options) => {
    const headers = signedHeaders(options?.headers, currentToken());
    const send = createGraphiQLFetcher({ url, wsClient: socketFor(headers.authorization) });
    return send(params, { ...options, headers });
  };
}
