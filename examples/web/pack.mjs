// SPDX-License-Identifier: Apache-2.0
// node pack.mjs PAGE OUT MOST NETWORK FILE...: puts the network and the files, compressed, into the page, in place of @parts@
// in its script. A page of more than MOST bytes is an error.
import {readFileSync, statSync, writeFileSync} from "node:fs";
import {basename} from "node:path";
import {gzipSync} from "node:zlib";

const [page, out, most, network, ...files] = process.argv.slice(2);

// The first bytes of all 32-bit numbers, then the second ones and so on: gzip finds more in them.
function planes(bytes) {
  const to = Buffer.alloc(bytes.length), count = bytes.length >> 2;
  for (let b = 0; b < 4; b++) for (let i = 0; i < count; i++) to[b * count + i] = bytes[4 * i + b];
  bytes.copy(to, 4 * count, 4 * count);
  return to;
}

const packed = bytes => gzipSync(bytes, {level: 9}).toString("base64");
const parts = {network: packed(planes(readFileSync(network)))};
for (const file of files) parts[basename(file)] = packed(readFileSync(file));

const html = readFileSync(page, "utf8")
  .replace("@parts@", () => JSON.stringify(parts))
  .replace("@network@", () => JSON.stringify(basename(network)).slice(1, -1));
const size = Buffer.byteLength(html);
if (size > Number(most)) {
  console.error(`${out}: would have ${size} bytes, expected at most ${most}; ${network} has ${statSync(network).size}`);
  process.exit(1);
}
writeFileSync(out, html);
