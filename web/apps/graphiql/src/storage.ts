// What GraphiQL may remember. Its history keeps the headers of every request whatever `shouldPersistHeaders` says, and
// tokens and passwords may be in variables too. So what is typed stays in memory: only the theme outlives the page.

import type { Storage } from "@graphiql/toolkit";

const THEME = "graphiql:theme";
const memory = new Map<string, string>();

export const storage: Storage = {
  get length() {
    return memory.size;
  },
  getItem: (key) => (key === THEME ? localStorage.getItem(key) : (memory.get(key) ?? null)),
  setItem: (key, value) => void (key === THEME ? localStorage.setItem(key, value) : memory.set(key, value)),
  removeItem: (key) => void (key === THEME ? localStorage.removeItem(key) : memory.delete(key)),
  clear: () => {
    memory.clear();
    localStorage.removeItem(THEME);
  },
};
