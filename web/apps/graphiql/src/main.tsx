// Entry point of the page.

import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";

import { CallerBar } from "./caller_bar.tsx";
import { examples } from "./examples.ts";
import { fetcher } from "./fetcher.ts";
import { storage } from "./storage.ts";

const page = document.getElementById("page");
if (!page) throw new Error("the page has no root element");

createRoot(page).render(
  <>
    <CallerBar />
    <GraphiQL
      fetcher={fetcher}
      storage={storage}
      shouldPersistHeaders={false}
      defaultTabs={await examples()}
      defaultQuery=""
      defaultEditorToolsVisibility={true}
      inputValueDeprecation={true}
      schemaDescription={true}
    />
  </>,
);
