// Ordinary queries over HTTP, as the clients ask them when nothing is set.
import { gql } from "@apollo/client";
import { config, tellAnswer, tellingFetch, token } from "./driver.mjs";
import { apollo } from "./page/apollo.mjs";
import { urql } from "./page/urql.mjs";

const VIEWER = "query Me { viewer { name } }";
const good = await token("good")();

const overApollo = apollo(config.http, token("good"), undefined, { fetch: tellingFetch("apollo") });
tellAnswer("apollo", await overApollo.query({ query: gql(VIEWER) }));
const overUrql = urql(config.http, () => good, undefined, { fetch: tellingFetch("urql") });
tellAnswer("urql", await overUrql.query(VIEWER, {}));
process.exit();
