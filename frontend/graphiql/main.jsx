import "./monaco_workers.js";
import "graphiql/style.css";
import "./page.css";

import { GraphiQL } from "graphiql";
import { useState } from "react";
import { createRoot } from "react-dom/client";

import { AccessTokenField, storeToken, storedToken } from "./access_token.jsx";
import { createFetcher } from "./fetcher.js";
import { WELCOME_TABS } from "./welcome.js";

const fetcher = createFetcher(location.origin + location.pathname, storedToken);

function Page() {
  const [token, setToken] = useState(storedToken);
  const keep = (next) => {
    storeToken(next);
    setToken(next);
  };
  return (
    <>
      <AccessTokenField token={token} onChange={keep} />
      <GraphiQL
        fetcher={fetcher}
        defaultTabs={WELCOME_TABS}
        defaultEditorToolsVisibility="variables"
        shouldPersistHeaders={false}
        showPersistHeadersSettings={false}
      />
    </>
  );
}

createRoot(document.getElementById("page")).render(<Page />);
