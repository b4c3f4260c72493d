// SPDX-License-Identifier: Apache-2.0
// Runs an ONNX model in ONNX Runtime on the CPU.
//
// usage: node onnxruntime.mjs MODEL OUTPUT OUT.raw INPUT=FILE.raw:EXTENTS...
//
// Files are float32; EXTENTS are joined by commas, none for a single number: z=z.raw:2,512 psi=psi.raw:
// The package onnxruntime-node is looked for in the folder STYLEGAN_ONNXRUNTIME of the environment, and above the working
// folder. Without a model, the exit status says whether it is there.
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';

const places = [process.env.STYLEGAN_ONNXRUNTIME ?? '.', '.'];
const require = createRequire(import.meta.url);
const ort = require(require.resolve('onnxruntime-node', { paths: places }));
const [model, output, out, ...inputs] = process.argv.slice(2);
if (model !== undefined) {
    const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, executionProviders: ['cpu'] });
    const feeds = {};
    for (const input of inputs) {
        const [, name, file, extents] = input.match(/^([^=]+)=(.*):([^:]*)$/);
        const bytes = readFileSync(file);
        const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
        feeds[name] = new ort.Tensor('float32', values, extents === '' ? [] : extents.split(',').map(Number));
    }
    const values = (await session.run(feeds))[output].data;
    writeFileSync(out, Buffer.from(values.buffer, values.byteOffset, values.byteLength));
}
