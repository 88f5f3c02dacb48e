import assert from "node:assert/strict";
import { test } from "node:test";

import { EventStreamParser, type StreamBlock } from "../src/index.ts";

const STREAM = [
  ":\n\n",
  "id: c0\n\n",
  'event: next\nid: c1\ndata: {"data":\ndata: {}}\n\n',
  "retry: 1000\n\n",
  "event: complete\ndata:\n\n",
].join("");

const BLOCKS: StreamBlock[] = [
  { event: "message", data: undefined, id: "c0", retry: undefined },
  { event: "next", data: '{"data":\n{}}', id: "c1", retry: undefined },
  { event: "message", data: undefined, id: undefined, retry: 1000 },
  { event: "complete", data: "", id: undefined, retry: undefined },
];

test("chunk sizes and line ends do not change the blocks of a stream", () => {
  for (const text of [STREAM, STREAM.replaceAll("\n", "\r\n"), `${STREAM.replaceAll("\n", "\r")}:`]) {
    for (const size of [1, 2, 3, 7, text.length]) {
      const parser = new EventStreamParser();
      const blocks: StreamBlock[] = [];
      for (let at = 0; at < text.length; at += size) blocks.push(...parser.push(text.slice(at, at + size)));
      assert.deepEqual(blocks, BLOCKS, `in pieces of ${size}`);
    }
  }
});

test("a block that the end of the stream cuts off is dropped", () => {
  const parser = new EventStreamParser();
  assert.deepEqual([...parser.push("event: next\nid: c1\ndata: {}\n")], []);
});
