import { defineConfig } from "vite";

export default defineConfig({
  // The pages' own addresses (/graphql, /embed/{token}) lie at different depths.
  base: "/",
  build: {
    target: "es2022",
    // Nothing inlined as data: or <script>, so that the Content-Security-Policy can stay tight.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 6000,
    rolldownOptions: {
      input: ["graphiql.html", "embed.html"],
      // "use client" in React packages concerns servers that render React; there is none here.
      checks: { moduleLevelDirective: false },
    },
  },
  worker: { format: "es" },
});
