import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { createClient } from "graphql-ws";

/** The editor's headers, with the token where they do not sign in themselves. */
function signedHeaders(headers, token) {
  const signed = new Headers(headers);
  if (token !== "" && !signed.has("authorization")) signed.set("authorization", `Bearer ${token}`);
  return Object.fromEntries(signed);
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
      const connectionParams = authorization === undefined ? undefined : { authorization };
      socket = createClient({ url: socketUrl.href, connectionParams });
    }
    return socket;
  }

  return (params, options) => {
    const headers = signedHeaders(options?.headers, currentToken());
    const send = createGraphiQLFetcher({ url, wsClient: socketFor(headers.authorization) });
    return send(params, { ...options, headers });
  };
}
